//! `Idempotency-Key`: a request with this header is carried out once in 24 hours.

use crate::coupon::offer::{offer, with};
use crate::reward::catalogue::cup;
use crate::setup::{Answer, OPERATOR_KEY, Service, Till, text};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

const KEY: &str = "8f14e45f-ceea-467f-a9d1-2b7c5a1f6d3e";

fn draft(name: &str) -> Value {
    json!({
        "name": name,
        "channel": "email",
        "content": {"subject": "Rentrée", "body": "<a href=\"{{unsubscribe_url}}\">non merci</a>"},
    })
}

async fn write(service: &Service, till: &Till<'_>, key: &str, body: &Value) -> Answer {
    write_to(service, till, "campaigns", key, body).await
}

async fn write_to(
    service: &Service,
    till: &Till<'_>,
    end: &str,
    key: &str,
    body: &Value,
) -> Answer {
    let request = Request::post(format!("/v1/merchants/{}/{end}", till.merchant))
        .header("authorization", format!("Token {OPERATOR_KEY}"))
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    service.send(request.body(Body::from(body.to_string())).unwrap()).await
}

async fn campaigns(service: &Service, till: &Till<'_>) -> usize {
    let path = format!("/v1/merchants/{}/campaigns", till.merchant);
    let listed = service.operator(Method::GET, &path, None).await;
    listed.body["campaigns"].as_array().unwrap().len()
}

fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
}

#[tokio::test]
async fn the_same_request_with_its_key_gets_the_first_answer_and_writes_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let first = write(&service, &till, KEY, &draft("Rentrée")).await;
    first.assert_status(201);
    assert!(!first.is_replayed(), "{first:?}");
    service.set_clock("2026-11-25T09:19:59Z");
    let again = write(&service, &till, KEY, &draft("Rentrée")).await;
    again.assert_status(201);
    assert!(again.is_replayed());
    assert_eq!(again.body, first.body);
    assert_eq!(campaigns(&service, &till).await, 1);
    let other = write(&service, &till, "another", &draft("Rentrée")).await;
    assert_ne!(text(&other.body, "campaign_id"), text(&first.body, "campaign_id"));
}

#[tokio::test]
async fn another_request_with_the_same_key_is_a_conflict() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    write(&service, &till, KEY, &draft("Rentrée")).await;
    let refused = write(&service, &till, KEY, &draft("Soldes")).await;
    refused.assert_code(409, "idempotency_key_reused");
    assert_eq!(refused.body["errors"][0]["parameter"], "Idempotency-Key");
    assert_eq!(campaigns(&service, &till).await, 1);
    let elsewhere = service.till("B", "retail").await;
    let theirs = write(&service, &elsewhere, KEY, &draft("Soldes")).await;
    assert_eq!(theirs.status, 201, "another merchant's keys are its own");
}

#[tokio::test]
async fn a_key_is_free_again_after_a_day() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    write(&service, &till, KEY, &draft("Rentrée")).await;
    service.set_clock("2026-11-25T09:20:00Z");
    for (name, status, replayed) in [("Soldes", 201, false), ("Soldes", 201, true)] {
        let answer = write(&service, &till, KEY, &draft(name)).await;
        answer.assert_status(status);
        assert_eq!(answer.is_replayed(), replayed, "{answer:?}");
    }
    assert_eq!(campaigns(&service, &till).await, 2);
}

#[tokio::test]
async fn two_requests_at_the_same_instant_create_one_campaign() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let body = draft("Rentrée");
    let ask = || write(&service, &till, KEY, &body);
    let (a, b, c, d) = tokio::join!(ask(), ask(), ask(), ask());
    let answers = [a, b, c, d];
    assert_eq!(campaigns(&service, &till).await, 1);
    assert_eq!(answers.iter().filter(|answer| !is_replayed(answer)).count(), 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body), "{answers:?}");
}

#[tokio::test]
async fn offers_rewards_and_batches_are_created_once_for_a_key() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let single = with(offer(), "/usage", json!({"type": "single"}));
    let written = write_to(&service, &till, "offers", "the-first", &single).await;
    let batches = format!("offers/{}/batches", text(&written.body, "offer_id"));
    let (count, fewer) = (json!({"count": 12_000}), json!({"count": 2}));
    for (end, list, body, other, there) in [
        ("offers", "offers", &single, &offer(), 2),
        ("rewards", "rewards", &cup(), &with(cup(), "/points", json!(99)), 1),
        (&batches, "batches", &count, &fewer, 1),
    ] {
        let ask = || write_to(&service, &till, end, list, body);
        let (a, b) = tokio::join!(ask(), ask());
        assert_eq!(a.status, b.status, "{end}");
        assert_eq!(a.body, b.body, "{end}");
        assert_ne!(a.is_replayed(), b.is_replayed());
        let reused = write_to(&service, &till, end, list, other).await;
        assert_eq!(text(&reused.body, "code"), "idempotency_key_reused");
        let path = format!("/v1/merchants/{}/{end}", till.merchant);
        let listed = service.operator(Method::GET, &path, None).await.body;
        assert_eq!(listed[list].as_array().unwrap().len(), there, "{listed}");
    }
    assert_eq!(service.queue.sent("/coupons").len(), 2, "its ranges are queued once");
}

#[tokio::test]
async fn an_invalid_key_is_refused_and_nothing_is_written() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = write(&service, &till, "two words", &draft("Rentrée")).await;
    refused.assert_code(400, "idempotency_key");
    assert_eq!(campaigns(&service, &till).await, 0);
}

#[tokio::test]
async fn the_table_contains_no_readable_key() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    write(&service, &till, KEY, &draft("Rentrée")).await;
    let table = &service.table;
    let items = table.client().scan().table_name(table.name()).send().await.unwrap();
    let seen = format!("{:?}", items.items());
    assert!(seen.contains("#IDEMPOTENCY#") && !seen.contains(KEY));
}
