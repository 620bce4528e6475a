//! Tills that run in a browser: a key lists the origins whose pages may use it.

use crate::setup::{Answer, SOFTWARE, Service, named, text};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

const CASH_DESK: &str = "https://caisse.example.com";

/// Makes a key for pages of [`CASH_DESK`] and of a developer's machine.
async fn browser_key(service: &Service, merchant: &str) -> String {
    let path = format!("/v1/merchants/{merchant}/establishments/paris/keys");
    let origins = [CASH_DESK, "http://localhost:5173"];
    let body =
        json!({"mode": "live", "scope": "back_office", "label": "navigateur", "origins": origins});
    let made = service.operator(Method::POST, &path, Some(&body)).await;
    assert_eq!(made.status, 201, "{made:?}");
    text(&made.body, "key")
}

async fn from_page(
    service: &Service,
    origin: &str,
    key: &str,
    method: Method,
    path: &str,
) -> Answer {
    let person = json!({"mobile": "06 39 98 00 12", "card_requested": true});
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("origin", origin)
        .header("authorization", format!("Token {key}"))
        .header("content-type", "application/json")
        .header("user-agent", "Mozilla/5.0 (X11) Firefox/140.0")
        .header("x-till-software", SOFTWARE)
        .body(Body::from(person.to_string()));
    service.send(request.unwrap()).await
}

async fn preflight(service: &Service, path: &str) -> Answer {
    let request = Request::options(path)
        .header("origin", "https://anywhere.example.com")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-till-software")
        .body(Body::empty());
    service.send(request.unwrap()).await
}

#[tokio::test]
async fn a_preflight_is_answered_on_the_routes_of_tills_only() {
    let service = Service::start().await;
    let document: Value = serde_json::to_value(api::openapi::document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        let is_tills = item
            .as_object()
            .unwrap()
            .values()
            .any(|operation| operation["security"][0].get("establishment_key").is_some());
        let answer = preflight(&service, path).await;
        if !is_tills {
            assert_eq!(answer.status, 405, "{path}");
            continue;
        }
        answer.assert_body(204, &Value::Null);
        let headers = &answer.headers;
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert_eq!(headers["access-control-allow-methods"], "GET, POST, PUT, PATCH, DELETE");
        let sent = headers["access-control-allow-headers"].to_str().unwrap().to_lowercase();
        for header in ["authorization", "content-type", "x-till-software"] {
            assert!(sent.contains(header), "{sent}");
        }
        assert!(!headers.contains_key("access-control-expose-headers"));
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
    assert_eq!(preflight(&service, "/v1/nothing").await.status, 404);
}

#[tokio::test]
async fn an_options_request_that_is_no_preflight_is_not_allowed() {
    let service = Service::start().await;
    let request = Request::options("/v1/purchases").body(Body::empty()).unwrap();
    let refused = service.send(request).await;
    refused.assert_status(405);
    assert_eq!(refused.headers["allow"], "POST");
}

#[tokio::test]
async fn a_page_of_a_listed_origin_reads_answers_and_refusals() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let key = browser_key(&service, &till.merchant).await;
    for (origin, method, path, status) in [
        (CASH_DESK, Method::POST, "/v1/members", 201),
        ("http://localhost:5173", Method::GET, "/v1/members", 200),
        (CASH_DESK, Method::GET, "/v1/purchases/nonsense", 404),
        (CASH_DESK, Method::GET, "/v1/members?limit=0", 400),
    ] {
        let answer = from_page(&service, origin, &key, method, path).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.headers["access-control-allow-origin"], origin);
        assert_eq!(answer.headers["vary"], "Origin");
        let exposed = answer.headers["access-control-expose-headers"].to_str().unwrap();
        assert_eq!(exposed, "Idempotency-Replayed, Retry-After");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused_before_anything_is_done() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let key = browser_key(&service, &till.merchant).await;
    let foreign = [
        "https://ailleurs.example.com",
        "https://caisse.example.com.ailleurs.example.com",
        "http://caisse.example.com",
        "https://caisse.example.com:8443",
        "null",
        "",
    ];
    // No page may use a key that lists no origin.
    for (key, origin) in
        foreign.into_iter().map(|origin| (&key, origin)).chain([(&till.key, CASH_DESK)])
    {
        let refused = from_page(&service, origin, key, Method::POST, "/v1/members").await;
        assert_eq!(refused.status, 403, "{origin}: {refused:?}");
        assert_eq!(refused.body["code"], "origin_not_allowed");
        assert!(!refused.headers.contains_key("access-control-allow-origin"), "{refused:?}");
    }
    assert_eq!(till.get("/v1/members").await.body["members"], json!([]));
}

#[tokio::test]
async fn a_request_that_no_page_sent_gets_no_cors_headers() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let key = browser_key(&service, &till.merchant).await;
    for key in [&till.key, &key] {
        let answer = service.ask(key, Method::GET, "/v1/members", None).await;
        assert_eq!(answer.status, 200);
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn the_origins_of_a_key_are_checked_and_shown() {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    browser_key(&service, &till.merchant).await;
    let merchant = format!("/v1/merchants/{}", till.merchant);
    let shown = service.operator(Method::GET, &merchant, None).await;
    let origins: Vec<&Value> = shown.body["keys"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|key| key.get("origins"))
        .collect();
    assert_eq!(origins, [&json!([CASH_DESK, "http://localhost:5173"])]);

    let path = format!("{merchant}/establishments/paris/keys");
    let with =
        |origins: Value| json!({"mode": "test", "scope": "till", "label": "", "origins": origins});
    let mut many = vec![CASH_DESK; 11];
    let refused = service.operator(Method::POST, &path, Some(&with(json!(many)))).await;
    refused.assert_fields(422, &["/label", "/origins"]);
    assert_eq!(refused.body["errors"][1]["code"], "too_many_origins");
    many = vec![CASH_DESK, "https://caisse.example.com/", "http://caisse.example.com", "*"];
    let refused = service.operator(Method::POST, &path, Some(&with(json!(many)))).await;
    let fields = vec!["/label", "/origins/1", "/origins/2", "/origins/3"];
    refused.assert_status(422);
    assert_eq!(named(&refused), fields);
    assert_eq!(refused.body["errors"][1]["code"], "origin");
}
