//! Somebody who tries numbers at a till is noticed.

use crate::logs::Buffer;
use crate::setup::{MOBILE, Service, sale, text};
use serde_json::{Value, json};
use tracing::subscriber::NoSubscriber;
use tracing_subscriber::layer::SubscriberExt as _;

#[tokio::test]
async fn so_many_numbers_tried_in_vain_are_one_line_with_the_key_and_no_number() {
    let buffer = Buffer::default();
    let lines = tracing_subscriber::fmt::layer().json().with_writer(buffer.clone());
    // Where there is but one subscriber, a call site first met on another test's thread is taken for
    // one that nobody listens to; a second one makes `tracing` ask them all.
    let _second = tracing::Dispatch::new(NoSubscriber::default());
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines));
    let service = Service::start().await;
    let till = service.till("A", "retail").await;
    till.enrol(MOBILE).await;
    let told = || -> Vec<Value> {
        let lines = buffer.text();
        let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["fields"]["misses"].is_number()).collect()
    };
    // All within one window of misses, and none refused for its haste.
    let pass = |number| service.set_clock(&format!("2026-11-24T09:20:{:02}Z", number / 10));
    for number in 0..30 {
        pass(number);
        let contact = json!({"mobile": format!("06399802{number:02}")});
        assert_eq!(till.post("/v1/members/find", &contact).await.status, 404);
        let found = till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
        let unread = till.post("/v1/members/find", &json!({"mobile": "nonsense"})).await;
        assert_eq!((found.status.as_u16(), unread.status.as_u16()), (200, 422));
    }
    assert_eq!(told(), Vec::<Value>::new(), "who is found and what is no number is no miss");
    // Wherever a customer is named.
    let sold = till.post("/v1/purchases", &sale("1", &Value::Null)).await;
    let attach = format!("/v1/purchases/{}/attach", text(&sold.body, "purchase_id"));
    for number in 30..60 {
        pass(number);
        let contact = json!({"card_number": format!("29900002{number:02}")});
        let answer = match number % 4 {
            0 => till.post("/v1/members/find", &contact).await,
            1 => till.post("/v1/purchases", &sale("2", &contact)).await,
            2 => {
                let basket = json!({"total_cents": 100, "member": contact});
                till.post("/v1/purchases/dry-run", &basket).await
            }
            _ => till.post(&attach, &contact).await,
        };
        assert_eq!(answer.status, 404, "{answer:?}");
    }
    let told = told();
    assert_eq!(told.len(), 1, "{told:?}");
    // What the metric filter of the template reads.
    assert_eq!((&told[0]["level"], &told[0]["fields"]["misses"]), (&json!("WARN"), &json!(31)));
    assert_eq!(told[0]["fields"]["key"], till.key_id.as_str());
    assert!(!buffer.text().contains("639980") && !buffer.text().contains("299000"));
}
