//! The erasure of a member at the person's request.

use crate::setup::{MOBILE, Service, text};
use axum::http::Method;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case("request")]
#[case("objection")]
#[tokio::test]
async fn a_person_is_erased_on_request_at_once_and_may_join_again(#[case] reason: &str) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/erasure");
    let expected = json!({"member_id": member, "erased_on": "2026-11-24", "reason": reason});
    till.post(&path, &json!({"reason": reason})).await.assert_body(200, &expected);
    // The same request again has the same answer, whatever its reason.
    till.post(&path, &json!({"reason": "request"})).await.assert_body(200, &expected);

    assert_eq!(till.get(&format!("/v1/members/{member}")).await.status, 404);
    let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    assert_eq!(found.status, 404);
    let listed = format!("/v1/merchants/{}/erasures?day=2026-11-24", till.merchant);
    let listed = service.operator(Method::GET, &listed, None).await.body;
    assert_eq!(listed["counts"][reason], 1);
    assert_eq!(listed["erasures"][0]["reason"], reason);
    assert_eq!(text(&listed["erasures"][0], "erased_by"), format!("key:{}", till.key_id));
    assert_ne!(till.enrol(MOBILE).await, member);
}

#[tokio::test]
async fn the_operator_erases_a_member_and_a_merged_member_is_erased_with_the_survivor() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let (survivor, absorbed) = (till.enrol(MOBILE).await, till.enrol("06 39 98 00 13").await);
    let merge = json!({"absorbed_member_id": absorbed});
    let merged = till.post(&format!("/v1/members/{survivor}/merge"), &merge).await;
    assert_eq!(merged.status, 200, "{merged:?}");
    let path = format!("/v1/merchants/{}/members/{absorbed}/erasure", till.merchant);
    let body = json!({"reason": "request"});
    let erased = service.operator(Method::POST, &path, Some(&body)).await;
    let expected = json!({"member_id": survivor, "erased_on": "2026-11-24", "reason": "request"});
    erased.assert_body(200, &expected);
    for member in [&survivor, &absorbed] {
        assert_eq!(till.get(&format!("/v1/members/{member}")).await.status, 404);
    }
    assert_eq!(till.post(&path, &body).await.status, 403, "a till names no merchant");
}

#[tokio::test]
async fn an_erasure_of_a_member_who_does_not_exist_or_without_a_reason_is_refused() {
    let service = Service::start().await;
    let (till, other) = (service.till("A", "retail").await, service.till("B", "retail").await);
    let member = till.enrol(MOBILE).await;
    let path = format!("/v1/members/{member}/erasure");
    assert_eq!(other.post(&path, &json!({"reason": "request"})).await.status, 404);
    let unknown = "/v1/members/01KA0000000000000000000000/erasure";
    assert_eq!(till.post(unknown, &json!({"reason": "request"})).await.status, 404);
    for body in [json!({}), json!({"reason": "inactive"})] {
        let refused = till.post(&path, &body).await;
        assert!(refused.status.is_client_error(), "{refused:?}");
    }
    assert_eq!(till.get(&format!("/v1/members/{member}")).await.status, 200);
}
