//! How many requests a key may make, as the headers of each answer tell.

use crate::setup::{OPERATOR_KEY, Service, merchant};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;

const POLICY: &str = "\"key\";q=100;w=2";

#[tokio::test]
async fn every_answer_to_a_tills_key_tells_what_is_left() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let mut left = 100;
    let mut next = || {
        left -= 1;
        format!("\"key\";r={left};t=1")
    };
    let found = json!({"mobile": "06 39 98 00 99"});
    for answer in [
        till.get("/v1/members").await,
        till.get("/v1/members?limit=0").await,
        till.post("/v1/members/find", &found).await,
        till.post("/v1/members", &json!({})).await,
        till.post("/v1/merchants", &merchant("B", "retail")).await,
    ] {
        assert_eq!(answer.headers["ratelimit-policy"], POLICY, "{answer:?}");
        assert_eq!(answer.headers["ratelimit"], next(), "{answer:?}");
    }
    let unnamed = Request::get("/v1/members")
        .header("authorization", format!("Token {}", till.key))
        .body(Body::empty())
        .unwrap();
    let answer = service.send(unnamed).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.headers["ratelimit"], next());
}

#[tokio::test]
async fn whoever_has_no_till_key_has_no_quota() {
    let service = Service::start().await;
    for key in ["nonsense", OPERATOR_KEY] {
        let answer = service.ask(key, Method::GET, "/v1/members", None).await;
        assert!(!answer.headers.contains_key("ratelimit"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_key_that_asks_too_often_waits_a_second_and_another_does_not() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let other = service.key(&till.merchant, "paris", "live").await;
    for _ in 0..100 {
        assert_eq!(till.get("/v1/purchases/nonsense").await.status, 404);
    }
    let refused = till.get("/v1/members").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.body["code"]),
        (429, &json!("too_many_requests"))
    );
    assert_eq!(refused.headers["retry-after"], "1");
    assert_eq!(refused.headers["ratelimit"], "\"key\";r=0;t=1");
    assert_eq!(refused.headers["ratelimit-policy"], POLICY);
    assert_eq!(other.get("/v1/members").await.status, 200);

    service.set_clock("2026-11-24T09:20:01Z");
    let answer = till.get("/v1/members").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["ratelimit"], "\"key\";r=49;t=1");
}

#[tokio::test]
async fn a_refused_request_writes_nothing() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    for _ in 0..100 {
        till.get("/v1/purchases/nonsense").await;
    }
    let person = json!({"mobile": "06 39 98 00 12", "card_requested": true});
    assert_eq!(till.post("/v1/members", &person).await.status, 429);
    service.set_clock("2026-11-24T09:20:05Z");
    assert_eq!(till.get("/v1/members").await.body["members"], json!([]));
}
