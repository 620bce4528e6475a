//! The providers' callbacks.

use crate::setup::{BATCHES, EMAIL, Receiver, Started, email, sms, without};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::Sha256;
use std::time::{Duration, Instant};

const SECRET: &str = "a secret of the tests";

async fn started(first: &[u16]) -> (Started, Receiver) {
    let (started, receiver) = (Started::new(), Receiver::start(first).await);
    let targets = json!({
        "brevo": {"url": receiver.url, "token": SECRET},
        "sinch": {"url": receiver.url, "secret": SECRET},
    });
    started.control("/control/callbacks", &targets).await;
    (started, receiver)
}

fn names(events: &Value) -> Vec<&str> {
    events.as_array().unwrap().iter().map(|event| event["event"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn brevo_posts_an_event_with_all_its_fields_and_the_token() {
    let (started, mut receiver) = started(&[]).await;
    let answer = started.post(EMAIL, &email(&["bounce-1@example.com"])).await;
    let (headers, body) = receiver.next().await;
    assert_eq!(headers["authorization"], format!("Bearer {SECRET}"));
    assert_eq!(headers["content-type"], "application/json");
    let events: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(events[0]["message-id"], answer.body["messageIds"][0]);
    insta::assert_json_snapshot!(without(events, "message-id"));
}

#[rstest]
#[case("ana@example.com", &["delivered"], "delivered")]
#[case("bounce@example.com", &["hard_bounce"], "hard_bounce")]
#[case("soft.1@example.com", &["soft_bounce"], "soft_bounce")]
#[case("complain2@example.com", &["delivered", "spam"], "spam")]
#[case("unsub@example.com", &["delivered", "unsubscribed"], "unsubscribed")]
#[tokio::test]
async fn the_address_decides_the_outcome_of_an_e_mail(
    #[case] to: &str,
    #[case] expected: &[&str],
    #[case] state: &str,
) {
    let (started, mut receiver) = started(&[]).await;
    assert_eq!(started.post(EMAIL, &email(&[to])).await.status, 201);
    let events = receiver.next_json().await;
    assert_eq!(names(&events), expected);
    assert_eq!(started.outbox().await[0]["state"], state);
    let times = events.as_array().unwrap().iter().map(|event| event["ts_epoch"].as_i64().unwrap());
    assert!(times.is_sorted_by(|one, next| one < next));
}

#[tokio::test]
async fn brevo_posts_up_to_a_hundred_events_at_once() {
    let (started, mut receiver) = started(&[]).await;
    let addresses: Vec<String> = (0..250).map(|number| format!("m{number}@example.com")).collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    assert_eq!(started.post(EMAIL, &email(&addresses)).await.status, 201);
    let mut posted = Vec::new();
    while posted.len() < addresses.len() {
        let events = receiver.next_json().await;
        let events = events.as_array().unwrap();
        assert!(events.len() <= 100);
        posted.extend(events.iter().map(|event| event["email"].as_str().unwrap().to_owned()));
    }
    posted.sort_unstable();
    let mut addresses = addresses;
    addresses.sort_unstable();
    assert_eq!(posted, addresses);
}

#[tokio::test]
async fn sinch_signs_each_event_over_its_body_a_nonce_and_the_time() {
    let (started, mut receiver) = started(&[]).await;
    let answer = started.post(BATCHES, &sms(&["+33639980012"])).await;
    let (headers, body) = receiver.next().await;
    let header =
        |name: &str| headers[&format!("x-sinch-webhook-signature{name}")].to_str().unwrap();
    assert_eq!(header("-timestamp"), "1795512000");
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{body}.{}.{}", header("-nonce"), header("-timestamp")).as_bytes());
    assert_eq!(header(""), STANDARD.encode(mac.finalize().into_bytes()));
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["batch_id"], answer.body["id"]);
    insta::assert_json_snapshot!(without(event, "batch_id"));
}

#[rstest]
#[case::delivered("+33639980012", "Bonjour ${name}", 0, "Delivered")]
#[case::unroutable("+33639980099", "Bonjour ${name}", 402, "Failed")]
#[case::no_value("+33639980012", "Bonjour ${nom}", 405, "Aborted")]
#[tokio::test]
async fn the_number_decides_the_outcome_of_an_sms(
    #[case] to: &str,
    #[case] body: &str,
    #[case] code: u16,
    #[case] status: &str,
) {
    let (started, mut receiver) = started(&[]).await;
    let mut call = sms(&[to]);
    call["body"] = json!(body);
    assert_eq!(started.post(BATCHES, &call).await.status, 201);
    let event = receiver.next_json().await;
    assert_eq!(event["code"], json!(code));
    assert_eq!(event["status"], json!(status));
}

#[tokio::test]
async fn a_full_report_counts_the_batch_s_numbers_by_status() {
    let (started, mut receiver) = started(&[]).await;
    let mut call = sms(&["+33639980012", "+33639980099", "+33639980013"]);
    call["delivery_report"] = json!("full");
    assert_eq!(started.post(BATCHES, &call).await.status, 201);
    insta::assert_json_snapshot!(without(receiver.next_json().await, "batch_id"));
}

#[tokio::test]
async fn a_batch_without_a_delivery_report_has_no_callback() {
    let (started, mut receiver) = started(&[]).await;
    let mut silent = sms(&["+33639980013"]);
    silent.as_object_mut().unwrap().remove("delivery_report");
    assert_eq!(started.post(BATCHES, &silent).await.status, 201);
    assert_eq!(started.post(BATCHES, &sms(&["+33639980012"])).await.status, 201);
    assert_eq!(receiver.next_json().await["recipient"], "33639980012");
}

#[tokio::test]
async fn a_person_s_answer_comes_back_signed() {
    let (started, mut receiver) = started(&[]).await;
    let stop = json!({"from": "+33639980012", "to": "36200", "body": "STOP"});
    started.control("/control/inbound", &stop).await;
    let (headers, body) = receiver.next().await;
    assert!(headers.contains_key("x-sinch-webhook-signature"));
    let event: Value = serde_json::from_str(&body).unwrap();
    insta::assert_json_snapshot!(without(event, "id"));
}

#[tokio::test]
async fn a_callback_that_is_not_accepted_is_posted_again() {
    let (started, mut receiver) = started(&[500, 404]).await;
    assert_eq!(started.post(EMAIL, &email(&["a@example.com"])).await.status, 201);
    let first = receiver.next_json().await;
    assert_eq!(receiver.next_json().await, first);
    assert_eq!(receiver.next_json().await, first);
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let figures = &started.counts().await["callbacks"]["brevo"];
        if figures["waiting"] == 0 {
            assert_eq!(figures, &json!({"waiting": 0, "posted": 1, "abandoned": 0}));
            break;
        }
        assert!(Instant::now() < deadline, "{figures}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(receiver.is_idle());
}

#[tokio::test]
async fn without_a_callback_address_there_is_no_callback() {
    let started = Started::new();
    assert_eq!(started.post(EMAIL, &email(&["a@example.com"])).await.status, 201);
    assert_eq!(started.counts().await["callbacks"]["brevo"]["waiting"], 0);
    let mut stop = json!({"from": "+33639980012", "to": "36200", "body": "STOP"});
    assert_eq!(started.post("/control/inbound", &stop).await.status, 409);
    stop["provider"] = json!("sinch");
    assert_eq!(started.post("/control/inbound", &stop).await.status, 409);
    stop["provider"] = json!("brevo");
    assert_eq!(started.post("/control/inbound", &stop).await.status, 400);
}

#[rstest]
#[case(json!({"brevo": {"url": "https://example.com/hooks"}}))]
#[case(json!({"brevo": {"url": "/hooks"}}))]
#[case(json!({"brevo": {}}))]
#[case(json!({"mailer": {"url": "http://127.0.0.1/hooks"}}))]
#[tokio::test]
async fn an_address_that_cannot_be_called_is_refused(#[case] targets: Value) {
    assert_eq!(Started::new().post("/control/callbacks", &targets).await.status, 400);
}
