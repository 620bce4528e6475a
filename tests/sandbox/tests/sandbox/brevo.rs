//! Brevo's e-mail.

use crate::setup::{EMAIL, Started, email};
use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::{Value, json};

const KEY: &str = "6f1c0c52-6f0e-4b0e-9a57-0d7a1d5c1e11";

#[tokio::test]
async fn a_call_is_answered_with_the_rate_and_an_identifier_for_each_version() {
    let started = Started::new();
    let answer = started.post(EMAIL, &email(&["a@example.com", "b@example.com"])).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let identifiers = answer.body["messageIds"].as_array().unwrap();
    assert_eq!(identifiers.len(), 2);
    assert_ne!(identifiers[0], identifiers[1]);
    let first = identifiers[0].as_str().unwrap();
    assert!(first.starts_with('<') && first.ends_with("@smtp-relay.mailin.fr>"), "{first}");
    for (name, value) in [("limit", "1000"), ("remaining", "999"), ("reset", "1")] {
        assert_eq!(answer.headers[format!("x-sib-ratelimit-{name}")], value);
    }
    let outbox = started.outbox().await;
    assert_eq!(outbox[1]["provider_id"], identifiers[0]);
    assert_eq!(outbox[0]["provider_id"], identifiers[1]);
}

#[tokio::test]
async fn a_call_without_versions_has_one_identifier_and_its_own_recipients() {
    let started = Started::new();
    let mut call = email(&[]);
    call.as_object_mut().unwrap().remove("messageVersions");
    call["to"] = json!([{"email": "a@example.com"}, {"email": "b@example.com"}]);
    call["params"] = json!({"first_name": "Zoé"});
    let answer = started.post(EMAIL, &call).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert!(answer.body["messageId"].is_string());
    assert_eq!(started.outbox().await[1]["subject"], "Vos points, Zoé");
    assert_eq!(started.counts().await["emails"], 2);
}

#[rstest]
#[case::none(None)]
#[case::empty(Some(""))]
#[case::wrong(Some("wrong"))]
#[tokio::test]
async fn a_missing_or_wrong_key_is_unauthorized(#[case] key: Option<&str>) {
    let started = Started::new();
    let mut request = Request::post(EMAIL);
    if let Some(key) = key {
        request = request.header("api-key", key);
    }
    let body = Body::from(email(&["a@example.com"]).to_string());
    let answer = started.send(request.body(body).unwrap()).await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.body["code"], "unauthorized");
    assert_eq!(started.counts().await["emails"], 0);
}

#[rstest]
#[case::no_sender("/sender", Value::Null, "missing_parameter")]
#[case::sender_without_address("/sender", json!({"name": "Boutique"}), "missing_parameter")]
#[case::sender_no_address("/sender/email", json!("boutique"), "invalid_parameter")]
#[case::long_sender_name("/sender/name", json!("n".repeat(71)), "out_of_range")]
#[case::no_subject("/subject", Value::Null, "missing_parameter")]
#[case::no_html("/htmlContent", Value::Null, "missing_parameter")]
#[case::no_versions("/messageVersions", json!([]), "out_of_range")]
#[case::nobody("/messageVersions/0/to", json!([]), "missing_parameter")]
#[case::no_address("/messageVersions/0/to/0/email", json!("a@example"), "invalid_parameter")]
#[case::two_in_one("/messageVersions/0/to/0/email", json!("a@b@example.com"), "invalid_parameter")]
#[case::params_no_object("/messageVersions/0/params", json!([1]), "invalid_parameter")]
#[case::large_params("/messageVersions/0/params/x", json!("x".repeat(100_000)), "out_of_range")]
#[case::no_tags("/tags", json!("c7"), "invalid_parameter")]
#[case::key_no_uuid("/headers/idempotencyKey", json!("c7-0"), "invalid_parameter")]
#[case::header_of_two_lines("/headers/X-Mailin-custom", json!("a\nb"), "invalid_parameter")]
#[tokio::test]
async fn a_wrong_body_is_refused_as_a_whole(
    #[case] pointer: &str,
    #[case] value: Value,
    #[case] code: &str,
) {
    let started = Started::new();
    let mut call = email(&["a@example.com", "b@example.com"]);
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    call.pointer_mut(parent).unwrap()[name] = value;
    let answer = started.post(EMAIL, &call).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.body["code"], json!(code), "{answer:?}");
    assert_eq!(started.counts().await["emails"], 0);
}

#[rstest]
#[case::thousand_versions(1_000, 1, 201)]
#[case::too_many_versions(1_001, 1, 400)]
#[case::two_thousand_recipients(1_000, 2, 201)]
#[case::too_many_recipients(1_000, 3, 400)]
#[case::version_of_99(1, 99, 201)]
#[case::version_of_100(1, 100, 400)]
#[tokio::test]
async fn a_call_has_limits(#[case] versions: usize, #[case] each: usize, #[case] status: u16) {
    let started = Started::new();
    let to: Vec<Value> =
        (0..each).map(|number| json!({"email": format!("m{number}@example.com")})).collect();
    let mut call = email(&[]);
    call["messageVersions"] = json!(vec![json!({"to": to}); versions]);
    let answer = started.post(EMAIL, &call).await;
    assert_eq!(answer.status, status, "{}", answer.text);
    let sent = if status == 201 { versions * each } else { 0 };
    assert_eq!(started.counts().await["emails"], sent);
}

#[tokio::test]
async fn a_key_is_remembered_ten_minutes_and_a_repeat_sends_nothing() {
    let started = Started::new();
    let mut call = email(&["a@example.com"]);
    call["headers"]["idempotencyKey"] = json!(KEY);
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    started.set_clock("2026-11-24T09:29:59Z");
    let repeat = started.post(EMAIL, &call).await;
    assert_eq!(repeat.status, 400);
    assert_eq!(repeat.body["code"], "duplicate_parameter");
    assert_eq!(started.counts().await["emails"], 1);
    started.set_clock("2026-11-24T09:30:00Z");
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    assert_eq!(started.counts().await["doubled"], 1);
}

#[tokio::test]
async fn one_refused_address_refuses_the_call_and_its_key_is_not_remembered() {
    let started = Started::new();
    let mut call = email(&["a@example.com", "refused-1@example.com"]);
    call["headers"]["idempotencyKey"] = json!(KEY);
    let refused = started.post(EMAIL, &call).await;
    assert_eq!(refused.status, 400);
    assert_eq!(refused.body["code"], "invalid_parameter");
    assert_eq!(started.counts().await["emails"], 0);
    call["messageVersions"].as_array_mut().unwrap().pop();
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
}

#[rstest]
#[case("{{params.first_name}}", "Ana")]
#[case("{{ params.first_name }} !", "Ana !")]
#[case("{{params.points}} points", "1250 points")]
#[case("{{params.shop.city}}", "Lyon")]
#[case(
    "{{params.unknown}} {{first_name}} {{params.first_name}}",
    "{{params.unknown}} {{first_name}} Ana"
)]
#[case("{{ never closed {{params.first_name}}", "{{ never closed Ana")]
#[case("{{{params.first_name}}}", "{{{params.first_name}}}")]
#[case("{{params.tricky}}", "{{params.points}}")]
#[case("rien", "rien")]
#[tokio::test]
async fn placeholders_are_replaced_by_the_versions_values_and_unknown_ones_stay(
    #[case] template: &str,
    #[case] rendered: &str,
) {
    let started = Started::new();
    let mut call = email(&["a@example.com"]);
    call["subject"] = json!(template);
    call["htmlContent"] = json!(template);
    call["textContent"] = json!(template);
    call["messageVersions"][0]["params"] = json!({
        "first_name": "Ana",
        "points": 1_250,
        "shop": {"city": "Lyon"},
        "tricky": "{{params.points}}",
    });
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    let message = &started.outbox().await[0];
    for part in ["subject", "html", "text"] {
        assert_eq!(message[part], rendered, "{part}");
    }
}

#[tokio::test]
async fn a_version_may_have_its_own_texts_but_not_the_only_plain_text() {
    let started = Started::new();
    let mut call = email(&["a@example.com", "b@example.com"]);
    call["messageVersions"][0]["subject"] = json!("Le vôtre");
    call["messageVersions"][0]["htmlContent"] = json!("<p>Le vôtre</p>");
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    let outbox = started.outbox().await;
    assert_eq!(outbox[1]["subject"], "Le vôtre");
    assert_eq!(outbox[1]["html"], "<p>Le vôtre</p>");
    assert_eq!(outbox[0]["html"], "<p>Bonjour Ana</p>");
    call["messageVersions"][0]["textContent"] = json!("Le vôtre");
    assert_eq!(started.post(EMAIL, &call).await.status, 400);
}
