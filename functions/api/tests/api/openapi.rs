//! The document and the routes are one.

use crate::setup::{OPERATOR_KEY, Service};
use api::openapi::Document;
use axum::http::Method;
use serde_json::Value;
use std::collections::BTreeSet;
use utoipa::OpenApi;

/// `UPDATE_OPENAPI=1 cargo test -p api openapi` writes it anew.
#[tokio::test]
async fn the_document_is_the_one_generated_from_the_code() {
    let generated = Document::openapi().to_pretty_json().unwrap() + "\n";
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(file, &generated).unwrap();
    }
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(
        kept == generated,
        "openapi.json is not what the code says: UPDATE_OPENAPI=1 writes it"
    );
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap()["openapi"], "3.1.0");
}

#[tokio::test]
async fn every_operation_of_the_document_is_a_route_and_says_who_may_call_it() {
    let service = Service::start().await;
    let served = service.ask("", Method::GET, "/v1/openapi.json", None).await;
    assert_eq!(
        (served.status.as_u16(), &served.headers["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let document: Value = serde_json::to_value(Document::openapi()).unwrap();
    assert!(served.body == document, "what is served is not the document");
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(operations.insert(id), "{id} names two operations");
            let method: Method = method.to_uppercase().parse().unwrap();
            let security = operation["security"].to_string();
            let expected = match security.as_str() {
                // The operator's key on a till's route, and none on the others.
                "[{\"till_key\":[]}]" => (OPERATOR_KEY, 403),
                "[{\"operator_key\":[]}]" => ("nonsense", 401),
                "[{}]" => ("", 200),
                other => panic!("{path}: {other}"),
            };
            let answer = service.ask(expected.0, method.clone(), path, None).await;
            assert_eq!(answer.status, expected.1, "{method} {path}");
        }
    }
    assert_eq!(operations.len(), 80);
}
