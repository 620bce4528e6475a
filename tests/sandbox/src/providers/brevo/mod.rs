//! Brevo's e-mail: `POST /v3/smtp/email`, and the transactional webhook in its batched mode.
//!
//! Source: developers.brevo.com (sendtransacemail, batch-send-transactional-emails, api-limits, limit-headers,
//! transactional-webhooks, secured-webhooks, batch-webhooks). Templates (`templateId`), `scheduledAt` and attachments
//! are ignored. Two points are guesses: the code for an unknown API key, and the size of a kilobyte.
//!
//! The local part of an address decides the outcome. `refused…`: the whole call is refused. `bounce…`, `soft…`: the
//! e-mail bounces. `complain…`: delivered, then reported as spam. `unsub…`: delivered, then unsubscribed. All other
//! e-mails are delivered.

mod call;
mod email;
mod events;

use crate::callback_queue::CallbackQueue;
use crate::context::Core;
use crate::faults;
use crate::lock::lock;
use crate::outbox::Message;
use crate::provider::{InboundSms, Provider};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use call::{Call, Refusal};
use email::{Mailing, outcome};
use http::HeaderValue;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The time that a key is remembered. Brevo's documentation says 30 minutes, its changelog 15. A client that relies on
/// 10 minutes works with both.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
/// The most events of a callback. Brevo's own limit is 500.
const MAX_EVENTS: usize = 100;
/// Calls a second, as Brevo's headers say. The sandbox does not enforce this rate.
const RATE: &str = "1000";

pub(super) struct Brevo {
    core: Arc<Core>,
    callbacks: CallbackQueue,
    /// The instant at which each idempotency key was used.
    keys: Mutex<HashMap<String, Timestamp>>,
}

impl Brevo {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let callbacks = CallbackQueue::start(MAX_EVENTS, events::callback, &core);
        Self { core, callbacks, keys: Mutex::default() }
    }

    /// Remembers a key from now on. A key that is remembered already is refused.
    fn remember(&self, key: String, now: Timestamp) -> Result<(), Refusal> {
        let mut keys = lock(&self.keys);
        keys.retain(|_, since| now.duration_since(*since) < REMEMBERED);
        if keys.contains_key(&key) {
            return Err(Refusal::of("duplicate_parameter", "idempotencyKey was used already"));
        }
        keys.insert(key, now);
        Ok(())
    }

    /// Stores the messages and queues their events. Returns one identifier a version.
    fn accept(&self, mailings: Vec<Mailing>, now: Timestamp) -> Vec<Arc<str>> {
        let minute = now.strftime("%Y%m%d%H%M").to_string();
        let identified: Vec<(Arc<str>, Mailing)> = mailings
            .into_iter()
            .map(|mailing| {
                let random = fastrand::u64(..);
                (format!("<{minute}.{random}@smtp-relay.mailin.fr>").into(), mailing)
            })
            .collect();
        let messages = identified.iter().flat_map(|(identifier, mailing)| {
            mailing.emails().map(|email| Message {
                outcome: outcome(&email.to),
                content: Box::new(email),
                provider_id: Arc::clone(identifier),
                at: now,
            })
        });
        self.core.outbox.put(messages.collect());
        let date = events::local_date(now);
        self.callbacks.push(identified.iter().flat_map(|(identifier, mailing)| {
            mailing.emails().flat_map(|email| events::of(email, identifier, now, &date))
        }));
        identified.into_iter().map(|(identifier, _)| identifier).collect()
    }
}

impl Provider for Brevo {
    fn name(&self) -> &'static str {
        "brevo"
    }

    fn routes(self: Arc<Self>) -> Router {
        let faults = from_fn_with_state(Arc::clone(&self.core.faults), faults::apply);
        Router::new()
            .route("/v3/smtp/email", post(send).layer(faults))
            .layer(map_response(with_rate))
            .with_state(self)
    }

    fn callbacks(&self) -> &CallbackQueue {
        &self.callbacks
    }

    fn inbound(&self, _: &InboundSms, _: Timestamp) -> Option<String> {
        None
    }

    fn clear(&self) {
        lock(&self.keys).clear();
        self.callbacks.clear();
    }
}

async fn with_rate(mut response: Response) -> Response {
    let remaining = if response.status() == StatusCode::TOO_MANY_REQUESTS { "0" } else { "999" };
    for (name, value) in [
        ("x-sib-ratelimit-limit", RATE),
        ("x-sib-ratelimit-remaining", remaining),
        ("x-sib-ratelimit-reset", "1"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn send(
    State(brevo): State<Arc<Brevo>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authenticate(&headers)?;
    let call: Call = serde_json::from_slice(&body)
        .map_err(|error| Refusal::invalid(format!("the body cannot be read: {error}")))?;
    let (key, has_versions) = (call.idempotency_key(), call.has_versions());
    let mailings = call.mailings()?;
    let now = brevo.core.now();
    if let Some(key) = key {
        brevo.remember(key, now)?;
    }
    let identifiers = brevo.accept(mailings, now);
    let answer = if has_versions {
        json!({"messageIds": identifiers})
    } else {
        json!({"messageId": identifiers.first()})
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

fn authenticate(headers: &HeaderMap) -> Result<(), Refusal> {
    let key = headers.get("api-key").map_or(&b""[..], HeaderValue::as_bytes);
    if key.is_empty() || key == b"wrong" { Err(Refusal::unauthorized()) } else { Ok(()) }
}
