//! Sinch's SMS.

use crate::setup::{BATCHES, Started, sms, without};
use axum::body::Body;
use axum::http::Request;
use rstest::rstest;
use serde_json::{Value, json};

#[tokio::test]
async fn a_batch_is_answered_with_itself_and_found_again() {
    let started = Started::new();
    let answer = started.post(BATCHES, &sms(&["+33639980012"])).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    insta::assert_json_snapshot!(without(answer.body.clone(), "id"));
    let id = answer.body["id"].as_str().unwrap();
    let shown = started.get(&format!("{BATCHES}/{id}")).await;
    assert_eq!(shown.status, 200);
    assert_eq!(shown.body, answer.body.clone());
    assert_eq!(started.get(&format!("/sinch/xms/v1/other/batches/{id}")).await.status, 404);
}

#[rstest]
#[case::its_reference("?client_reference=merchant/live/7/0", 1)]
#[case::another_reference("?client_reference=merchant/live/7/1", 0)]
#[case::every_batch("", 2)]
#[case::since("?start_date=2026-11-24T09:19:59Z", 2)]
#[case::later("?start_date=2026-11-24T09:20:01Z", 0)]
#[case::until("?end_date=2026-11-24T09:20:00Z", 0)]
#[tokio::test]
async fn a_batch_is_found_by_its_reference(#[case] query: &str, #[case] count: usize) {
    let started = Started::new();
    let mut other = sms(&["+33639980013"]);
    other.as_object_mut().unwrap().remove("client_reference");
    for call in [&sms(&["+33639980012"]), &other] {
        assert_eq!(started.post(BATCHES, call).await.status, 201);
    }
    let found = started.get(&format!("{BATCHES}{query}")).await;
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(found.body["count"], count);
    assert_eq!(found.body["batches"].as_array().unwrap().len(), count);
    assert_eq!(started.get("/sinch/xms/v1/other/batches").await.body["count"], 0);
}

#[tokio::test]
async fn a_look_up_goes_back_a_day_by_default_and_has_pages() {
    let started = Started::new();
    for _ in 0..3 {
        assert_eq!(started.post(BATCHES, &sms(&["+33639980012"])).await.status, 201);
    }
    let page = started.get(&format!("{BATCHES}?page=1&page_size=2")).await.body;
    assert_eq!(page["count"], 3);
    assert_eq!(page["page"], 1);
    assert_eq!(page["page_size"], 1);
    started.set_clock("2026-11-25T09:20:01Z");
    assert_eq!(started.get(BATCHES).await.body["count"], 0);
    let dated = started.get(&format!("{BATCHES}?start_date=2026-11-24T00:00:00Z")).await;
    assert_eq!(dated.body["count"], 3);
    let refused = started.get(&format!("{BATCHES}?start_date=hier")).await;
    assert_eq!(refused.body["code"], "syntax_invalid_parameter_format");
}

#[rstest]
#[case::none(None)]
#[case::empty(Some("Bearer "))]
#[case::basic(Some("Basic dGVzdA=="))]
#[case::wrong(Some("Bearer wrong"))]
#[tokio::test]
async fn a_missing_or_wrong_token_is_unauthorized(#[case] token: Option<&str>) {
    let started = Started::new();
    let build = |mut request: axum::http::request::Builder, body| {
        if let Some(token) = token {
            request = request.header("authorization", token);
        }
        started.send(request.body(body).unwrap())
    };
    let body = Body::from(sms(&["+33639980012"]).to_string());
    assert_eq!(build(Request::post(BATCHES), body).await.status, 401);
    assert_eq!(build(Request::get(BATCHES), Body::empty()).await.status, 401);
    assert_eq!(started.counts().await["sms"], 0);
}

#[rstest]
#[case::nobody("to", json!([]), "syntax_constraint_violation")]
#[case::too_many("to", json!(vec!["+33639980012"; 1_001]), "syntax_constraint_violation")]
#[case::national("to", json!(["0639980012"]), "syntax_invalid_parameter_format")]
#[case::no_plus("to", json!(["33639980012"]), "syntax_invalid_parameter_format")]
#[case::no_sender("from", Value::Null, "syntax_constraint_violation")]
#[case::long_sender("from", json!("La Boutique!"), "syntax_invalid_parameter_format")]
#[case::no_body("body", json!(""), "syntax_constraint_violation")]
#[case::long_body("body", json!("é".repeat(2_001)), "syntax_constraint_violation")]
#[case::another_type("type", json!("mt_binary"), "syntax_constraint_violation")]
#[case::another_report("delivery_report", json!("all"), "syntax_constraint_violation")]
#[case::long_reference("client_reference", json!("r".repeat(2_049)), "syntax_constraint_violation")]
#[tokio::test]
async fn a_wrong_batch_is_refused(#[case] name: &str, #[case] value: Value, #[case] code: &str) {
    let started = Started::new();
    let mut call = sms(&["+33639980012"]);
    call[name] = value;
    let answer = started.post(BATCHES, &call).await;
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.body["code"], json!(code), "{answer:?}");
    assert!(answer.body["text"].is_string());
    assert_eq!(started.counts().await["sms"], 0);
}

#[tokio::test]
async fn a_body_that_is_no_json_has_its_own_code() {
    let started = Started::new();
    let request = Request::post(BATCHES).header("authorization", "Bearer test");
    let answer = started.send(request.body(Body::from("{")).unwrap()).await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["code"], "syntax_invalid_json");
}

#[rstest]
#[case::own_value("Bonjour ${name} !", "+33639980012", "Bonjour Ana !", "delivered")]
#[case::default("Bonjour ${name} !", "+33639980013", "Bonjour à vous !", "delivered")]
#[case::twice("${name}${name}", "+33639980012", "AnaAna", "delivered")]
#[case::no_value("Bonjour ${nom}", "+33639980012", "Bonjour ${nom}", "aborted")]
#[case::never_closed("5 $ ou ${name", "+33639980012", "5 $ ou ${name", "delivered")]
#[case::money("é$5$", "+33639980012", "é$5$", "delivered")]
#[case::unroutable("Bonjour", "+33639980099", "Bonjour", "failed")]
#[tokio::test]
async fn placeholders_are_replaced_by_the_numbers_value_or_the_default(
    #[case] body: &str,
    #[case] to: &str,
    #[case] text: &str,
    #[case] state: &str,
) {
    let started = Started::new();
    let mut call = sms(&[to]);
    call["body"] = json!(body);
    assert_eq!(started.post(BATCHES, &call).await.status, 201);
    let message = &started.outbox().await[0];
    assert_eq!(message["text"], json!(text));
    assert_eq!(message["state"], json!(state));
}
