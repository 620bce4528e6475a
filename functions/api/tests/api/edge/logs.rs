//! Log lines contain no personal data and no key.

use crate::setup::{MOBILE, OPERATOR_KEY, SOFTWARE, Service, sale, text};
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex};
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

/// The log of a test: the lines that its thread writes, as JSON.
pub(crate) struct Log {
    buffer: Buffer,
    _guard: DefaultGuard,
    _second: Dispatch,
}

impl Log {
    /// Collects the lines of every level.
    pub(crate) fn collect() -> Self {
        Self::of(Targets::new().with_default(LevelFilter::TRACE))
    }

    fn of(levels: Targets) -> Self {
        let buffer = Buffer::default();
        let lines = tracing_subscriber::fmt::layer().json().with_writer(buffer.clone());
        let subscriber = tracing_subscriber::registry().with(levels).with(lines);
        // With one subscriber only, `tracing` would cache that a call site which another test's thread reached
        // first has no listener. With a second subscriber, it asks each of them.
        let second = Dispatch::new(NoSubscriber::default());
        Self { buffer, _guard: tracing::subscriber::set_default(subscriber), _second: second }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.buffer.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines that have a field.
    pub(crate) fn lines_with(&self, field: &str) -> Vec<Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| !line["fields"][field].is_null()).collect()
    }
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Buffer {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_log_line_contains_no_personal_data_and_no_key() {
    let levels = "info,api=trace,http_edge=trace,store=trace,platform=trace,domain=trace";
    let collected = Log::of(levels.parse().unwrap());
    let service = Service::start().await;
    let till = service.till("CONTRACT-7781", "retail").await;
    let person = json!({
        "mobile": MOBILE, "card_requested": true, "last_name": "Zéphirin", "first_name": "Clothilde",
        "email": "clothilde.z@example.com", "birth_date": "1951-07-13",
        "address": {"street": "7 allée des Tilleuls"}, "card_number": "CARD778899",
    });
    let member = text(&till.post("/v1/members", &person).await.body, "member_id");
    till.post("/v1/members/find", &json!({"mobile": MOBILE})).await;
    till.post("/v1/members/find", &json!({"card_number": "CARD778899"})).await;
    till.post("/v1/members/find", &json!({"qr": "https://carte.example.com/CARD778899"})).await;
    till.post("/v1/members/find", &json!({"mobile": "0639980099"})).await;
    let card = json!({"card_number": "CARD778811"});
    till.post(&format!("/v1/members/{member}/card/replace"), &card).await;
    till.post("/v1/members/find", &json!({"card_number": "CARD778899"})).await;
    till.post("/v1/members", &json!({"mobile": "06399800", "Zéphirin": 1})).await;
    till.post("/v1/members", &json!({"mobile": 639_980_012, "card_requested": true})).await;
    let path = format!("/v1/members/{member}");
    till.ask(Method::PATCH, &path, &json!({"last_name": "Zéphirin-Dupré", "email": "nonsense@"}))
        .await;
    till.ask(Method::PUT, &format!("{path}/mobile"), &json!({"mobile": "0639980013"})).await;
    let enrolling =
        json!({"mobile": "0639980014", "card_requested": true, "last_name": "Zéphirin"});
    let sold = till.post("/v1/purchases", &sale("1", &enrolling)).await;
    till.post("/v1/purchases", &sale("1", &json!({"member_id": member}))).await;
    till.post("/v1/purchases", &sale("2", &json!({"mobile": "0639980099"}))).await;
    let purchase = text(&sold.body, "purchase_id");
    till.post(&format!("/v1/purchases/{purchase}/cancel"), &Value::Null).await;
    till.get("/v1/members?limit=Clothilde").await;
    till.get(&format!("{path}/history?limit=1")).await;
    till.get("/v1/Clothilde").await;
    till.post("/v1/uploads", &json!({"file_name": "Clothilde.csv"})).await;
    for software in ["Clothilde Zéphirin/1", "clothilde.z@example.com/1", "Caisse/0639980012"] {
        let request = Request::get("/v1/members")
            .header("authorization", format!("Token {}", till.key))
            .header("x-till-software", software)
            .header("origin", "https://clothilde.example.com");
        assert_eq!(service.send(request.body(Body::empty()).unwrap()).await.status, 403);
    }

    let log = collected.text();
    let lines: Vec<&str> = log.lines().collect();
    assert!(lines.iter().filter(|line| line.contains("\"request\"")).count() >= 19, "{log}");
    let of_sale = lines.iter().find(|line| line.contains("\"/v1/purchases\"")).unwrap();
    let of_sale: Value = serde_json::from_str(of_sale).unwrap();
    let fields = &of_sale["fields"];
    assert_eq!(fields["method"], json!("POST"));
    assert_eq!(fields["status"], json!(201));
    assert_eq!(fields["merchant"], till.merchant.as_str());
    assert_eq!(fields["key"], till.key_id.as_str());
    assert_eq!(fields["software"], SOFTWARE);
    assert!(log.contains("/v1/members/{member_id}/history"));

    let folded = log.to_lowercase();
    for secret in [
        "639980",
        "39 98",
        "phirin",
        "clothilde",
        "example.com",
        "1951-07-13",
        "tilleuls",
        "778899",
        "778811",
        "nonsense@",
        "limit=",
        &member,
        &purchase,
        &till.key,
        &till.key[50..],
        OPERATOR_KEY,
    ] {
        assert!(!folded.contains(&secret.to_lowercase()), "{secret} is in the log:\n{log}");
    }
}
