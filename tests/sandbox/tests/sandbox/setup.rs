//! The sandbox of a test, the calls to it, and the receiver of its callbacks.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use jiff::Timestamp;
use sandbox::Sandbox;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::ServiceExt;

pub(crate) const NOW: &str = "2026-11-24T09:20:00Z";
pub(crate) const EMAIL: &str = "/brevo/v3/smtp/email";
pub(crate) const BATCHES: &str = "/sinch/xms/v1/plan/batches";

/// A sandbox with a clock that stands still.
pub(crate) struct Started {
    pub(crate) sandbox: Sandbox,
    clock: Arc<Mutex<Timestamp>>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Started {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(Mutex::new(instant(NOW)));
        let shared = Arc::clone(&clock);
        Self { sandbox: Sandbox::new(Arc::new(move || *shared.lock().unwrap())), clock }
    }

    pub(crate) fn set_clock(&self, text: &str) {
        *self.clock.lock().unwrap() = instant(text);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.sandbox.router().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: serde_json::from_slice(&bytes).unwrap_or_default(),
            text: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, Body::empty())).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(request(Method::POST, path, Body::from(body.to_string()))).await
    }

    pub(crate) async fn control(&self, path: &str, body: &Value) {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) async fn outbox(&self) -> Vec<Value> {
        self.get("/outbox.json").await.body.as_array().unwrap().clone()
    }

    pub(crate) async fn counts(&self) -> Value {
        self.get("/outbox/counts.json").await.body
    }

    /// Serves on a free port and returns the address.
    pub(crate) async fn serve(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(self.sandbox.clone().serve(listener));
        address
    }
}

/// A request with the credentials of both providers.
fn request(method: Method, path: &str, body: Body) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("api-key", "xkeysib-test")
        .header("authorization", "Bearer test")
        .body(body)
        .unwrap()
}

/// A call that sends one e-mail to each address.
pub(crate) fn email(to: &[&str]) -> Value {
    let version = |to: &&str| json!({"to": [{"email": to}], "params": {"first_name": "Ana"}});
    json!({
        "sender": {"email": "contact@shop.example.com", "name": "Boutique"},
        "subject": "Vos points, {{params.first_name}}",
        "htmlContent": "<p>Bonjour {{params.first_name}}</p>",
        "headers": {"X-Mailin-custom": "merchant/live/7/0"},
        "tags": ["c7"],
        "messageVersions": to.iter().map(version).collect::<Vec<_>>(),
    })
}

/// A call that sends one SMS to each number.
pub(crate) fn sms(to: &[&str]) -> Value {
    json!({
        "to": to,
        "from": "Boutique",
        "body": "Bonjour ${name}",
        "parameters": {"name": {"+33639980012": "Ana", "default": "à vous"}},
        "delivery_report": "per_recipient",
        "client_reference": "merchant/live/7/0",
    })
}

/// The receiver of callbacks.
pub(crate) struct Receiver {
    pub(crate) url: String,
    calls: UnboundedReceiver<(HeaderMap, String)>,
}

type ReceiverState = (UnboundedSender<(HeaderMap, String)>, Arc<Mutex<VecDeque<StatusCode>>>);

impl Receiver {
    /// Answers the given statuses first, then 200.
    pub(crate) async fn start(first: &[u16]) -> Self {
        let (sender, calls) = unbounded_channel();
        let first = first.iter().map(|status| StatusCode::from_u16(*status).unwrap()).collect();
        let router =
            Router::new().fallback(receive).with_state((sender, Arc::new(Mutex::new(first))));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, calls }
    }

    /// The next callback, within ten seconds.
    pub(crate) async fn next(&mut self) -> (HeaderMap, String) {
        let next = tokio::time::timeout(Duration::from_secs(10), self.calls.recv()).await;
        next.expect("a callback within ten seconds").unwrap()
    }

    pub(crate) async fn next_json(&mut self) -> Value {
        serde_json::from_str(&self.next().await.1).unwrap()
    }

    /// Whether no further callback has arrived.
    pub(crate) fn is_idle(&self) -> bool {
        self.calls.is_empty()
    }
}

async fn receive(
    State((sender, first)): State<ReceiverState>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    sender.send((headers, String::from_utf8(body.to_vec()).unwrap())).unwrap();
    first.lock().unwrap().pop_front().unwrap_or(StatusCode::OK)
}

/// An answer without the random identifiers in the field `name`.
pub(crate) fn without(mut answer: Value, name: &str) -> Value {
    let alone = std::slice::from_mut(&mut answer);
    let objects = match alone {
        [Value::Array(objects)] => objects,
        alone => alone,
    };
    for object in objects {
        assert!(object[name].is_string(), "no {name} in {object}");
        object[name] = json!("[drawn]");
    }
    answer
}

pub(crate) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}
