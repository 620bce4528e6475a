//! Calls that fail on request.

use crate::setup::{BATCHES, EMAIL, Started, email, sms};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Posts a body and reads until the connection closes.
async fn post(address: &str, path: &str, body: &Value) -> String {
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\napi-key: k\r\nauthorization: Bearer k\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len(),
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_call_whose_answer_is_lost_was_accepted() {
    let started = Started::new();
    let address = started.serve().await;
    started.control("/control/faults", &json!({"lose_every": 2})).await;
    let mut answers = Vec::new();
    for number in 0..4 {
        let call = email(&[&format!("m{number}@example.com")]);
        answers.push(post(&address, EMAIL, &call).await);
    }
    assert!(answers[0].starts_with("HTTP/1.1 201") && answers[2].starts_with("HTTP/1.1 201"));
    assert_eq!(answers[1].as_str(), "");
    assert_eq!(answers[3].as_str(), "");
    assert_eq!(started.counts().await["emails"], 4);
}

#[tokio::test]
async fn a_repeat_of_a_lost_call_is_recognised() {
    let started = Started::new();
    let address = started.serve().await;
    started.control("/control/faults", &json!({"lose_every": 1})).await;
    let mut call = email(&["a@example.com"]);
    call["headers"]["idempotencyKey"] = json!("6f1c0c52-6f0e-4b0e-9a57-0d7a1d5c1e11");
    assert_eq!(post(&address, EMAIL, &call).await, "");
    assert!(post(&address, EMAIL, &call).await.contains("duplicate_parameter"));
    assert_eq!(post(&address, BATCHES, &sms(&["+33639980012"])).await, "");
    let found = started.get(&format!("{BATCHES}?client_reference=merchant/live/7/0")).await;
    assert_eq!(found.body["count"], 1);
}

#[rstest]
#[case::as_it_is(json!({"fail_every": 3}), 503, "internal_error")]
#[case::rate(json!({"fail_every": 3, "status": 429}), 429, "too_many_requests")]
#[case::credits(json!({"fail_every": 3, "status": 402}), 402, "not_enough_credits")]
#[case::a_code(json!({"fail_every": 3, "status": 403, "code": "blocked_account"}), 403, "blocked_account")]
#[tokio::test]
async fn a_failed_call_sends_nothing(
    #[case] settings: Value,
    #[case] status: u16,
    #[case] code: &str,
) {
    let started = Started::new();
    started.control("/control/faults", &settings).await;
    for number in 1..=6 {
        let answer = started.post(EMAIL, &email(&["a@example.com"])).await;
        assert_eq!(answer.status, if number % 3 == 0 { status } else { 201 });
        if number % 3 == 0 {
            assert_eq!(answer.body["code"], code);
            let remaining = if status == 429 { "0" } else { "999" };
            assert_eq!(answer.headers["x-sib-ratelimit-remaining"], remaining);
        }
    }
    assert_eq!(started.counts().await["emails"], 4);
}

#[tokio::test]
async fn the_messages_of_a_slow_call_are_in_the_outbox_before_its_answer() {
    let started = Started::new();
    let address = started.serve().await;
    started.control("/control/faults", &json!({"delay_ms": 300})).await;
    let begun = Instant::now();
    let slow = tokio::spawn(async move { post(&address, EMAIL, &email(&["a@example.com"])).await });
    while started.counts().await["emails"] == 0 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(!slow.is_finished());
    assert!(slow.await.unwrap().starts_with("HTTP/1.1 201"));
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[rstest]
#[case(json!({"status": 200}))]
#[case(json!({"status": 600}))]
#[case(json!({"lose_all": true}))]
#[case(json!({"fail_every": -1}))]
#[tokio::test]
async fn meaningless_faults_are_refused(#[case] settings: Value) {
    assert_eq!(Started::new().post("/control/faults", &settings).await.status, 400);
}

#[tokio::test]
async fn a_reset_empties_the_sandbox_and_removes_the_faults() {
    let started = Started::new();
    let mut call = email(&["a@example.com"]);
    call["headers"]["idempotencyKey"] = json!("6f1c0c52-6f0e-4b0e-9a57-0d7a1d5c1e11");
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
    assert_eq!(started.post(BATCHES, &sms(&["+33639980012"])).await.status, 201);
    started.control("/control/faults", &json!({"fail_every": 1})).await;
    started.control("/control/reset", &json!({})).await;
    assert!(started.outbox().await.is_empty());
    assert_eq!(started.get(BATCHES).await.body["count"], 0);
    let counts = started.counts().await;
    assert_eq!(counts["emails"], 0);
    assert_eq!(counts["distinct_recipients"], 0);
    assert_eq!(started.post(EMAIL, &call).await.status, 201);
}
