//! A request with a key of its own is carried out once in 24 hours.

use crate::offers::{offer, with};
use crate::rewards::cup;
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
async fn the_same_request_under_its_key_is_answered_as_the_first_time_and_writes_once() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let first = write(&service, &till, KEY, &draft("Rentrée")).await;
    assert_eq!((first.status.as_u16(), is_replayed(&first)), (201, false), "{first:?}");
    service.set_clock("2026-11-25T09:19:59Z");
    let again = write(&service, &till, KEY, &draft("Rentrée")).await;
    assert_eq!((again.status.as_u16(), is_replayed(&again)), (201, true));
    assert_eq!(again.body, first.body);
    assert_eq!(campaigns(&service, &till).await, 1);
    let other = write(&service, &till, "another", &draft("Rentrée")).await;
    assert_ne!(text(&other.body, "campaign_id"), text(&first.body, "campaign_id"));
}

#[tokio::test]
async fn another_request_under_the_same_key_is_a_conflict() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    write(&service, &till, KEY, &draft("Rentrée")).await;
    let refused = write(&service, &till, KEY, &draft("Soldes")).await;
    let told = (refused.status.as_u16(), text(&refused.body, "code"));
    assert_eq!(told, (409, "idempotency_key_reused".to_owned()));
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
        assert_eq!(
            (answer.status.as_u16(), is_replayed(&answer)),
            (status, replayed),
            "{answer:?}"
        );
    }
    assert_eq!(campaigns(&service, &till).await, 2);
}

#[tokio::test]
async fn two_at_the_same_instant_write_one_campaign() {
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
async fn offers_rewards_and_batches_are_written_once_under_their_key() {
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
        assert_eq!((a.status, &a.body), (b.status, &b.body), "{end}");
        assert_ne!(is_replayed(&a), is_replayed(&b));
        let reused = write_to(&service, &till, end, list, other).await;
        assert_eq!(text(&reused.body, "code"), "idempotency_key_reused");
        let path = format!("/v1/merchants/{}/{end}", till.merchant);
        let listed = service.operator(Method::GET, &path, None).await.body;
        assert_eq!(listed[list].as_array().unwrap().len(), there, "{listed}");
    }
    assert_eq!(service.queue.sent("/coupons").len(), 2, "its ranges are queued once");
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_and_nothing_is_written() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let refused = write(&service, &till, "two words", &draft("Rentrée")).await;
    assert_eq!(
        (refused.status.as_u16(), text(&refused.body, "code")),
        (400, "idempotency_key".to_owned())
    );
    assert_eq!(campaigns(&service, &till).await, 0);
}

#[tokio::test]
async fn a_key_does_not_stand_readable_in_the_table() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    write(&service, &till, KEY, &draft("Rentrée")).await;
    let table = &service.table;
    let items = table.client().scan().table_name(table.name()).send().await.unwrap();
    let seen = format!("{:?}", items.items());
    assert!(seen.contains("#IDEMPOTENCY#") && !seen.contains(KEY));
}
