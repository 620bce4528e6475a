//! Balances corrected by hand.

use crate::edge::logs::Log;
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
        "ticket": ["Points gagnés : 20", "Votre solde : 20 points"],
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
    assert_eq!(
        text(&refused.body, "cashier_message"),
        "Le client n’a pas assez de points : consultez son solde."
    );
    let detail = text(&refused.body, "detail");
    assert_eq!(detail, "The number of points is more than the balance holds.");
    let taken = till.post_keyed(&path, "a", &fraud(-44)).await;
    taken.assert_status(201);
    assert_eq!(taken.body["balance"], json!(0), "{taken:?}");
    assert_eq!(taken.body["lots"], json!([{"earned_on": "2026-11-24", "points": 44}]));
}

#[rstest]
#[case("points", json!(0), "/points", "adjustment_points")]
#[case("points", json!(20_001), "/points", "adjustment_points")]
#[case("points", json!(-20_001), "/points", "adjustment_points")]
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

#[tokio::test]
async fn the_corrections_of_a_member_on_one_day_have_a_limit() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/adjustments");
    let give = |points: i64| json!({"points": points, "reason": "goodwill", "operator": "V12"});
    till.post_keyed(&path, "a", &give(15_000)).await.assert_status(201);
    let refused = till.post_keyed(&path, "b", &give(5_001)).await;
    refused.assert_fields(409, &["/points"]);
    refused.assert_code(409, "adjusted_enough");
    till.post_keyed(&path, "b", &give(5_000)).await.assert_status(201);
    service.set_clock("2026-11-25T09:20:00Z");
    till.post_keyed(&path, "c", &give(20_000)).await.assert_status(201);
}

#[tokio::test]
async fn unusually_high_corrections_of_a_merchant_are_one_log_line_without_a_member() {
    let log = Log::collect();
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut members = vec![];
    for number in 0..7 {
        let member = till.enrol(&format!("06 39 98 00 2{number}")).await;
        let path = format!("/v1/members/{member}/adjustments");
        let gift = json!({"points": 20_000, "reason": "goodwill", "operator": "V12"});
        till.post_keyed(&path, &format!("{number}"), &gift).await.assert_status(201);
        let logged = log.lines_with("adjusted_points").len();
        assert_eq!(logged, usize::from(number >= 5), "{number}");
        members.push(member);
    }
    let line = &log.lines_with("adjusted_points")[0];
    // The metric filter of the template reads these fields.
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["fields"]["adjusted_points"], 120_000);
    assert_eq!(line["fields"]["merchant"], json!(till.merchant));
    assert!(members.iter().all(|member| !line.to_string().contains(member)));
}
