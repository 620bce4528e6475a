//! The suppression of contacts of a person who is no member.

use crate::setup::{MOBILE, Service};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

#[tokio::test]
async fn a_back_office_and_the_operator_suppress_the_contacts_of_a_person_who_is_no_member() {
    let service = Service::start().await;
    let office = service.till("A", "retail").await;
    let till = service.key_of(&office.merchant, "paris", "live", "till").await;
    let body = json!({
        "reason": "objection",
        "mobile": MOBILE,
        "card_number": "2990000012345",
        "email": "martin@example.com",
    });
    let suppressed = json!({"suppressed_on": "2026-11-24", "suppressed_until": "2029-11-24"});
    till.post("/v1/suppressions", &body).await.assert_code(403, "scope_not_allowed");
    office.post("/v1/suppressions", &body).await.assert_body(200, &suppressed);
    let path = format!("/v1/merchants/{}/suppressions", office.merchant);
    let by_operator = service.operator(Method::POST, &path, Some(&body)).await;
    by_operator.assert_body(200, &suppressed);
    // A member has the contacts from now on, and is erased instead.
    let member = till.enrol(MOBILE).await;
    let body = json!({"reason": "request", "mobile": MOBILE});
    let refused = office.post("/v1/suppressions", &body).await;
    refused.assert_code(409, "contact_of_member");
    refused.assert_fields(409, &["/mobile"]);
    let detail = "A member has this mobile: erase the member, which suppresses the contacts.";
    assert_eq!(refused.body["detail"], detail);
    let erased = format!("/v1/members/{member}/erasure");
    assert_eq!(office.post(&erased, &json!({"reason": "request"})).await.status, 200);
    office.post("/v1/suppressions", &body).await.assert_status(200);
}

#[rstest]
#[case(json!({"reason": "request"}), &[""])]
#[case(json!({"reason": "request", "mobile": "nonsense", "email": "nonsense"}), &["/mobile", "/email"])]
#[tokio::test]
async fn a_suppression_without_a_readable_contact_is_refused(
    #[case] body: Value,
    #[case] pointers: &[&str],
) {
    let service = Service::start().await;
    let office = service.till("A", "retail").await;
    office.post("/v1/suppressions", &body).await.assert_fields(422, pointers);
}
