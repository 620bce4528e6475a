//! The providers' sandbox, served in this process, with a clock that can be advanced.

use crate::http_client::HttpClient;
use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use sandbox::Sandbox;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// Messages of a page of the outbox: the most that the sandbox returns.
const PAGE: usize = 5_000;

/// The sandbox. The server ends when the value is dropped.
pub(crate) struct Providers {
    address: String,
    ahead_seconds: Arc<AtomicI64>,
    server: tokio::task::JoinHandle<()>,
}

impl Providers {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound address"));
        let ahead_seconds = Arc::<AtomicI64>::default();
        let ahead = Arc::clone(&ahead_seconds);
        let clock =
            move || Timestamp::now() + SignedDuration::from_secs(ahead.load(Ordering::Relaxed));
        let server = tokio::spawn(Sandbox::new(Arc::new(clock)).serve(listener));
        Self { address, ahead_seconds, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Advances the clock, so that the sandbox forgets calls.
    pub(crate) fn advance(&self, seconds: i64) {
        self.ahead_seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = Request::get(format!("{}{path}", self.address)).body(Bytes::new());
        let answer = HttpClient::new().send(request.expect("a well-formed request")).await;
        serde_json::from_slice(answer.body()).expect("the sandbox answers JSON")
    }

    /// Sets the faults from now on; `{}` is none.
    pub(crate) async fn fail(&self, faults: Value) {
        self.post("/control/faults", faults).await;
    }

    /// From now on the sandbox calls this address with the events of e-mails.
    pub(crate) async fn call_back(&self, url: &str, secret: &str) {
        let target = json!({"brevo": {"url": url, "secret": secret}});
        self.post("/control/callbacks", target).await;
    }

    /// Forgets everything but the address for callbacks.
    pub(crate) async fn reset(&self) {
        self.post("/control/reset", json!({})).await;
    }

    /// Messages to each address in the outbox.
    pub(crate) async fn recipients(&self) -> HashMap<String, u32> {
        let mut recipients = HashMap::new();
        let mut before = String::new();
        loop {
            let page = self.get(&format!("/outbox.json?limit={PAGE}{before}")).await;
            let messages = page.as_array().expect("a list of messages");
            for message in messages {
                let to = message["to"].as_str().expect("an address").to_owned();
                *recipients.entry(to).or_default() += 1;
            }
            match messages.last() {
                Some(last) if messages.len() == PAGE => {
                    before = format!("&before={}", last["number"]);
                }
                _ => return recipients,
            }
        }
    }

    async fn post(&self, path: &str, body: Value) {
        let request =
            Request::post(format!("{}{path}", self.address)).body(body.to_string().into());
        let answer = HttpClient::new().send(request.expect("a well-formed request")).await;
        assert!(answer.status().is_success(), "{path}: {body}");
    }
}

impl Drop for Providers {
    fn drop(&mut self) {
        self.server.abort();
    }
}
