//! Visits without a purchase.

use crate::setup::{MOBILE, Service, Till, sale};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

const AT: &str = "2026-11-25T10:00:00Z";

/// A till of a merchant whose programme gives a stamp a visit, and a member.
async fn open<'s>(service: &'s Service, programme: &Value) -> (Till<'s>, String) {
    let till = service.till("A", "retail").await;
    let path = format!("/v1/merchants/{}/programmes/2026-11-25", till.merchant);
    let put = service.operator(Method::PUT, &path, Some(programme)).await;
    assert_eq!(put.status, 200, "{put:?}");
    service.set_clock(AT);
    let member = till.enrol(MOBILE).await;
    (till, member)
}

fn stamps() -> Value {
    json!({"visits": [{"points": 1, "most_a_day": 1}]})
}

async fn visit(till: &Till<'_>, member: &str, key: &str, at: &str) -> Value {
    let path = format!("/v1/members/{member}/visits");
    let visit = till.post_keyed(&path, key, &json!({"visited_at": at})).await;
    assert_eq!(visit.status, 201, "{visit:?}");
    visit.body
}

#[tokio::test]
async fn a_visit_gives_its_stamp_once_and_the_history_has_its_establishment() {
    let service = Service::start().await;
    let (till, member) = open(&service, &stamps()).await;
    let path = format!("/v1/members/{member}/visits");
    let body = json!({"visited_at": "2026-11-25T10:45:10.5+01:00"});
    let made = till.post_keyed(&path, "a", &body).await;
    let expected = json!({
        "member_id": member,
        "visited_at": "2026-11-25T09:45:10Z",
        "points": 1,
        "balance": 1,
        "pending": 0,
        "ticket": ["Points gagnés : 1", "Votre solde : 1 point"],
    });
    made.assert_body(201, &expected);
    let again = till.post_keyed(&path, "a", &body).await;
    assert_eq!(again.body, expected);
    assert!(!made.is_replayed());
    assert!(again.is_replayed());
    let other = till.post_keyed(&path, "a", &json!({"visited_at": AT})).await;
    other.assert_code(409, "idempotency_key_reused");
    let history = till.get(&format!("/v1/members/{member}/history")).await.body;
    let entry = json!({
        "type": "visit", "at": "2026-11-25T09:45:10Z", "points": 1, "establishment": "paris",
        "by": format!("key:{}", till.key_id),
    });
    assert_eq!(history["entries"], json!([entry]));
    let shown = till.get(&format!("/v1/members/{member}")).await.body;
    assert_eq!(shown["visits"], json!(1));
    assert_eq!(shown["points_earned"], json!(1));
}

#[tokio::test]
async fn visits_and_sales_of_one_day_count_together() {
    let service = Service::start().await;
    let (till, member) = open(&service, &stamps()).await;
    let points = |answer: &Value| answer["points"].as_i64().unwrap();
    let of_member = json!({"member_id": member});
    let mut bought = sale("1", &of_member);
    bought["sold_at"] = json!(AT);
    let bought = till.post("/v1/purchases", &bought).await.body;
    let second = visit(&till, &member, "a", AT).await;
    let day_before = visit(&till, &member, "b", "2026-11-24T10:00:00Z").await;
    let next_morning = visit(&till, &member, "c", "2026-11-25T23:00:00Z");
    service.set_clock("2026-11-26T08:00:00Z");
    // The day begins at midnight in the zone of the establishment. Before the programme began, a visit gave
    // nothing.
    let given =
        [points(&bought), points(&second), points(&day_before), points(&next_morning.await)];
    assert_eq!(given, [1, 0, 0, 1]);
}

#[rstest]
#[case(json!({"pending_days": 14, "visits": [{"points": 2, "most_a_day": 1}]}), 2)]
#[case(json!({"visits": [{"points": 2, "most_a_day": 1}], "multipliers": [{"hundredths": 300}]}), 6)]
#[case(json!({"visits": [{"points": 2, "most_a_day": 1}], "minimum_spend_cents": 500}), 0)]
#[case(json!({"visits": [{"points": 2, "most_a_day": 1, "when": {"minimum_spend_cents": 500}}]}), 0)]
#[case(json!({"visits": [{"points": 2, "most_a_day": 1}], "daily_cap": 1}), 1)]
#[case(json!({"spend": [{"points": 1, "per_cents": 100}]}), 0)]
#[tokio::test]
async fn a_visit_gives_the_points_of_the_visit_rules_at_once(
    #[case] programme: Value,
    #[case] points: i64,
) {
    let service = Service::start().await;
    let (till, member) = open(&service, &programme).await;
    let answer = visit(&till, &member, "a", AT).await;
    assert_eq!(answer["points"], points);
    assert_eq!(answer["balance"], points);
    assert_eq!(answer["pending"], 0);
}

#[rstest]
#[case("2026-11-25T10:10:01Z", "in_future")]
#[case("2026-11-18T09:59:59Z", "too_old")]
#[case("hier", "instant_unreadable")]
#[tokio::test]
async fn a_visit_outside_the_accepted_time_is_refused_with_its_field(
    #[case] at: &str,
    #[case] code: &str,
) {
    let service = Service::start().await;
    let (till, member) = open(&service, &stamps()).await;
    let path = format!("/v1/members/{member}/visits");
    let refused = till.post_keyed(&path, "a", &json!({"visited_at": at})).await;
    refused.assert_fields(422, &["/visited_at"]);
    assert_eq!(refused.body["errors"][0]["code"], code);
    let without_key = till.post(&path, &json!({"visited_at": AT})).await;
    assert_eq!(without_key.status, 400, "{without_key:?}");
    let unknown = "/v1/members/01M86DNQG02W65QJ2ENKX1WYVS/visits";
    let refused = till.post_keyed(unknown, "b", &json!({"visited_at": AT})).await;
    refused.assert_status(404);
}

#[tokio::test]
async fn visits_sent_at_the_same_instant_are_recorded_once_for_each_key() {
    let service = Service::start().await;
    let (till, member) =
        open(&service, &json!({"visits": [{"points": 1, "most_a_day": 24}]})).await;
    let same = || visit(&till, &member, "a", AT);
    let other = |key| visit(&till, &member, key, AT);
    let (_, _, _, _) = tokio::join!(same(), same(), other("b"), other("c"));
    let balance = till.get(&format!("/v1/members/{member}/balance")).await.body;
    assert_eq!(balance["balance"], 3);
}
