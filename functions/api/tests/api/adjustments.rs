//! Balances corrected by hand.

use crate::setup::{Answer, MOBILE, NOW, SOFTWARE, Service, Till, named, sale, text};
use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::{Value, json};

/// A till's request with a key of its own.
pub(crate) async fn keyed(
    service: &Service,
    till: &Till<'_>,
    path: &str,
    key: &str,
    body: &Value,
) -> Answer {
    let request = Request::post(path)
        .header("user-agent", SOFTWARE)
        .header("authorization", format!("Token {}", till.key))
        .header("content-type", "application/json")
        .header("idempotency-key", key);
    service.send(request.body(Body::from(body.to_string())).unwrap()).await
}

pub(crate) fn is_replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
}

/// Gives points without a sale.
pub(crate) async fn give(service: &Service, till: &Till<'_>, member: &str, points: i64) {
    let body = json!({"points": points, "reason": "transfer", "operator": "V12"});
    let path = format!("/v1/members/{member}/adjustments");
    let given = keyed(service, till, &path, &format!("given-{points}"), &body).await;
    assert_eq!(given.status, 201, "{given:?}");
}

fn gesture() -> Value {
    json!({"points": 20, "reason": "goodwill", "operator": "V12", "reference": "SAV-1024"})
}

#[tokio::test]
async fn a_correction_is_made_once_and_stands_in_the_history_with_its_author_and_its_reason() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/adjustments");
    let made = keyed(&service, &till, &path, "a", &gesture()).await;
    let expected = json!({
        "member_id": member,
        "at": NOW,
        "points": 20,
        "lots": [],
        "reason": "goodwill",
        "operator": "V12",
        "reference": "SAV-1024",
        "balance": 20,
        "pending": 0,
        "ticket": ["Gagné : 20 points", "Votre solde : 20 points"],
    });
    assert_eq!((made.status.as_u16(), &made.body), (201, &expected));
    let again = keyed(&service, &till, &path, "a", &gesture()).await;
    assert_eq!((again.body, is_replayed(&made)), (expected, false));
    assert!(again.status == 201 && again.headers.contains_key("idempotency-replayed"));
    let history = till.get(&format!("/v1/members/{member}/history")).await.body;
    let entry = json!({
        "type": "adjustment", "at": NOW, "points": 20,
        "author": "V12", "reason": "goodwill", "reference": "SAV-1024",
    });
    assert_eq!(history["entries"], json!([entry]));
}

#[tokio::test]
async fn no_more_is_taken_than_can_be_spent_and_what_is_taken_names_its_days() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    till.post("/v1/purchases", &sale("1", &json!({"member_id": member}))).await;
    let path = format!("/v1/members/{member}/adjustments");
    let fraud = |points: i64| json!({"points": points, "reason": "fraud", "operator": "V12"});
    let refused = keyed(&service, &till, &path, "a", &fraud(-45)).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (409, vec!["/points"]));
    assert_eq!(text(&refused.body, "code"), "not_enough_points");
    assert_eq!(text(&refused.body, "cashier_message"), "Le client n'a pas assez de points.");
    let detail = text(&refused.body, "detail");
    assert_eq!(detail, "The number of points is more than the balance holds.");
    let taken = keyed(&service, &till, &path, "a", &fraud(-44)).await;
    assert_eq!((taken.status.as_u16(), &taken.body["balance"]), (201, &json!(0)), "{taken:?}");
    assert_eq!(taken.body["lots"], json!([{"earned_on": "2026-11-24", "points": 44}]));
}

#[rstest]
#[case("points", json!(0), "/points", "adjustment_points")]
#[case("points", json!(100_001), "/points", "adjustment_points")]
#[case("points", json!(-100_001), "/points", "adjustment_points")]
#[case("reason", json!("because"), "/reason", "unknown_value")]
#[case("operator", json!("Camille Martin"), "/operator", "characters")]
#[case("operator", json!(""), "/operator", "empty")]
#[case("reference", json!("allergique au lactose"), "/reference", "characters")]
#[tokio::test]
async fn a_correction_that_cannot_be_is_refused_with_its_field(
    #[case] name: &str,
    #[case] value: Value,
    #[case] pointer: &str,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let mut body = gesture();
    body[name] = value;
    let path = format!("/v1/members/{member}/adjustments");
    let refused = keyed(&service, &till, &path, "a", &body).await;
    assert_eq!((refused.status.as_u16(), named(&refused)), (422, vec![pointer]), "{refused:?}");
    assert_eq!(refused.body["errors"][0]["code"], code);
}

#[tokio::test]
async fn a_correction_needs_a_key_and_a_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let keyless = till.post(&format!("/v1/members/{member}/adjustments"), &gesture()).await;
    let told = (keyless.status.as_u16(), text(&keyless.body, "code"));
    assert_eq!(told, (400, "idempotency_key_missing".to_owned()));
    let path = "/v1/members/01JDEXAMP1E000000000000000/adjustments";
    let unknown = keyed(&service, &till, path, "a", &gesture()).await;
    assert_eq!(unknown.status, 404, "{unknown:?}");
}
