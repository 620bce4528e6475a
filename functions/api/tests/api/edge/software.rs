//! The software that calls must name itself.

use crate::setup::{Answer, OPERATOR_KEY, Service};
use axum::body::Body;
use axum::http::Request;
use rstest::rstest;

async fn list_members(service: &Service, key: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get("/v1/members").header("authorization", format!("Token {key}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    service.send(request.body(Body::empty()).unwrap()).await
}

#[rstest]
#[case(&[("user-agent", "Caisse/2.4.1")], 200)]
#[case(&[("x-till-software", "Caisse/2.4.1")], 200)]
#[case(&[("user-agent", "Mozilla/5.0 (X11) Firefox/140.0"), ("x-till-software", "Caisse/2.4.1")], 200)]
#[case(&[], 400)]
#[case(&[("user-agent", "")], 400)]
#[case(&[("user-agent", "Caisse")], 400)]
#[case(&[("user-agent", "Mozilla/5.0 (X11) Firefox/140.0")], 400)]
#[case(&[("user-agent", "Caisse de Camille Martin/1")], 400)]
#[case(&[("user-agent", "caf\u{e9}/1")], 400)]
#[case(&[("user-agent", "Caisse/2.4.1"), ("x-till-software", "Caisse")], 400)]
#[tokio::test]
async fn a_till_must_name_its_software(#[case] headers: &[(&str, &str)], #[case] status: u16) {
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    let answer = list_members(&service, &till.key, headers).await;
    assert_eq!(answer.status, status, "{answer:?}");
    if status == 400 {
        assert_eq!(answer.body["code"], "software_not_named");
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("X-Till-Software: Software/Version"), "{detail}");
    }
}

#[tokio::test]
async fn only_a_till_must_name_its_software() {
    let service = Service::start().await;
    assert_eq!(list_members(&service, "nonsense", &[]).await.status, 401);
    assert_eq!(list_members(&service, OPERATOR_KEY, &[]).await.status, 403);
    for path in ["/v1/health", "/v1/openapi.json"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(service.send(request).await.status, 200, "{path}");
    }
    let request = Request::get("/v1/merchants/nonsense")
        .header("authorization", format!("Token {OPERATOR_KEY}"))
        .body(Body::empty());
    assert_eq!(service.send(request.unwrap()).await.status, 404);
}
