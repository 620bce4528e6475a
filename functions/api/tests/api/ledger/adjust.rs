//! Balances corrected by hand.

use crate::setup::{MOBILE, NOW, Service, sale, text};
use rstest::rstest;
use serde_json::{Value, json};

fn gesture() -> Value {
    json!({"points": 20, "reason": "goodwill", "operator": "V12", "reference": "SAV-1024"})
}

#[tokio::test]
async fn a_correction_is_made_once_and_the_history_has_its_author_and_its_reason() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/adjustments");
    let made = till.post_keyed(&path, "a", &gesture()).await;
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
    made.assert_body(201, &expected);
    let again = till.post_keyed(&path, "a", &gesture()).await;
    assert_eq!(again.body, expected);
    assert!(!made.is_replayed());
    assert!(again.status == 201 && again.headers.contains_key("idempotency-replayed"));
    let history = till.get(&format!("/v1/members/{member}/history")).await.body;
    let entry = json!({
        "type": "adjustment", "at": NOW, "points": 20,
        "author": "V12", "reason": "goodwill", "reference": "SAV-1024",
        "by": format!("key:{}", till.key_id),
    });
    assert_eq!(history["entries"], json!([entry]));
}

#[tokio::test]
async fn a_correction_takes_at_most_the_points_to_spend_and_lists_their_lots() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    till.post("/v1/purchases", &sale("1", &json!({"member_id": member}))).await;
    let path = format!("/v1/members/{member}/adjustments");
    let fraud = |points: i64| json!({"points": points, "reason": "fraud", "operator": "V12"});
    let refused = till.post_keyed(&path, "a", &fraud(-45)).await;
    refused.assert_fields(409, &["/points"]);
    assert_eq!(text(&refused.body, "code"), "not_enough_points");
    assert_eq!(text(&refused.body, "cashier_message"), "Le client n’a pas assez de points.");
    let detail = text(&refused.body, "detail");
    assert_eq!(detail, "The number of points is more than the balance holds.");
    let taken = till.post_keyed(&path, "a", &fraud(-44)).await;
    taken.assert_status(201);
    assert_eq!(taken.body["balance"], json!(0), "{taken:?}");
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
async fn an_invalid_correction_is_refused_with_its_field(
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
    let refused = till.post_keyed(&path, "a", &body).await;
    refused.assert_fields(422, &[pointer]);
    assert_eq!(refused.body["errors"][0]["code"], code);
}

#[tokio::test]
async fn a_correction_needs_a_key_and_a_member() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let keyless = till.post(&format!("/v1/members/{member}/adjustments"), &gesture()).await;
    keyless.assert_code(400, "idempotency_key_missing");
    let path = "/v1/members/01JDEXAMP1E000000000000000/adjustments";
    let unknown = till.post_keyed(path, "a", &gesture()).await;
    assert_eq!(unknown.status, 404, "{unknown:?}");
}
