//! A member's details corrected, and the mobile changed.

use crate::member::enrol::camille;
use crate::setup::{MOBILE, Service, text};
use axum::http::Method;
use serde_json::json;

#[tokio::test]
async fn a_correction_keeps_absent_fields_and_clears_null_fields() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = text(&till.post("/v1/members", &camille()).await.body, "member_id");
    let path = format!("/v1/members/{member}");
    let body =
        json!({"last_name": "Durand", "email": null, "address": null, "card_number": "4321"});
    let corrected = till.ask(Method::PATCH, &path, &body).await;
    assert_eq!(corrected.status, 200, "{corrected:?}");
    insta::assert_json_snapshot!(corrected.body, {".created_by" => "[key]", ".member_id" => "[member]"});
    assert_eq!(till.get(&path).await.body, corrected.body);
    let freed = till.post("/v1/members/find", &json!({"card_number": "299000001234"})).await;
    assert_eq!(freed.status, 404);
    let refused = till.ask(Method::PATCH, &path, &json!({"mobile": MOBILE})).await;
    refused.assert_fields(422, &["/mobile"]);
}

#[tokio::test]
async fn a_card_or_a_mobile_of_another_member_is_a_conflict() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.post("/v1/members", &camille()).await;
    let other = till.enrol("06 39 98 00 13").await;
    let mut third = camille();
    third["mobile"] = json!("06 39 98 00 14");
    let refused = till.post("/v1/members", &third).await;
    refused.assert_fields(409, &["/card_number"]);
    let card = json!({"card_number": "299000001234"});
    let refused = till.ask(Method::PATCH, &format!("/v1/members/{other}"), &card).await;
    refused.assert_fields(409, &["/card_number"]);
    let mobile = json!({"mobile": MOBILE});
    let path = format!("/v1/members/{other}/mobile");
    let refused = till.ask(Method::PUT, &path, &mobile).await;
    refused.assert_fields(409, &["/mobile"]);
    let free = json!({"mobile": "06 39 98 00 15"});
    let changed = till.ask(Method::PUT, &path, &free).await;
    changed.assert_status(200);
    assert_eq!(changed.body["mobile"], json!("+33639980015"));
}
