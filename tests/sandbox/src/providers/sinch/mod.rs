//! Sinch's SMS: the XMS REST interface under `/xms/v1/{service plan}`, and its callbacks.
//!
//! Source: developers.sinch.com/docs/sms (batches, webhooks, delivery-reports, status-codes). `send_at` and `expire_at`
//! are answered and have no effect. `dry_run`, cancelling and a batch's own `callback_url` are not supported. The body
//! of a 401 is a guess.
//!
//! An SMS to a number that ends in 99 cannot be routed (code 402). A placeholder without a value aborts the SMS (405).
//! All other SMS are delivered.

mod batch;
mod call;
mod events;

use crate::callback_queue::CallbackQueue;
use crate::context::Core;
use crate::faults;
use crate::lock::lock;
use crate::outbox::Message;
use crate::provider::{InboundSms, Provider};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Json, Router};
use batch::{Batch, Sms};
use call::{Call, Refusal, Report};
use http::header;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// The most batches that are stored.
const MAX_STORED: usize = 10_000;
/// The time that a look-up without a start date goes back.
const DEFAULT_WINDOW: SignedDuration = SignedDuration::from_hours(24);
/// The most batches of a page.
const MAX_PAGE_SIZE: usize = 100;
/// The batches of a page, where the look-up gives no size.
const DEFAULT_PAGE_SIZE: usize = 30;

pub(super) struct Sinch {
    core: Arc<Core>,
    callbacks: CallbackQueue,
    /// The accepted batches, newest first.
    batches: Mutex<VecDeque<Arc<Batch>>>,
}

impl Sinch {
    pub(super) fn new(core: Arc<Core>) -> Self {
        let callbacks = CallbackQueue::start(1, events::callback, &core);
        Self { core, callbacks, batches: Mutex::default() }
    }

    fn store(&self, batch: Arc<Batch>) {
        let mut batches = lock(&self.batches);
        batches.push_front(batch);
        batches.truncate(MAX_STORED);
    }
}

impl Provider for Sinch {
    fn name(&self) -> &'static str {
        "sinch"
    }

    fn routes(self: Arc<Self>) -> Router {
        let faults = from_fn_with_state(Arc::clone(&self.core.faults), faults::apply);
        Router::new()
            .route("/xms/v1/{plan}/batches", post(send).layer(faults).get(find))
            .route("/xms/v1/{plan}/batches/{batch}", get(show))
            .with_state(self)
    }

    fn callbacks(&self) -> &CallbackQueue {
        &self.callbacks
    }

    fn inbound(&self, sms: &InboundSms, now: Timestamp) -> Option<String> {
        Some(events::inbound(sms, now))
    }

    fn clear(&self) {
        lock(&self.batches).clear();
        self.callbacks.clear();
    }
}

fn authenticate(headers: &HeaderMap) -> Result<(), Refusal> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .unwrap_or_default();
    if token.is_empty() || token == "wrong" { Err(Refusal::unauthorized()) } else { Ok(()) }
}

async fn send(
    State(sinch): State<Arc<Sinch>>,
    Path(plan): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authenticate(&headers)?;
    let call = Call::read(&body)?;
    let now = sinch.core.now();
    let id = events::identifier(now).into();
    let batch = Arc::new(Batch { plan, id, created_at: now, call });
    sinch.store(Arc::clone(&batch));
    let messages = batch.call.to.iter().map(|to| Message {
        content: Box::new(Sms { batch: Arc::clone(&batch), to: to.clone() }),
        provider_id: Arc::clone(&batch.id),
        at: now,
        outcome: batch.outcome(to),
    });
    sinch.core.outbox.put(messages.collect());
    match batch.call.delivery_report {
        Report::None => {}
        Report::Summary | Report::Full => {
            sinch.callbacks.push(std::iter::once_with(|| events::summary(&batch)));
        }
        Report::PerRecipient | Report::PerRecipientFinal => {
            sinch.callbacks.push(batch.call.to.iter().map(|to| events::receipt(&batch, to, now)));
        }
    }
    Ok((StatusCode::CREATED, Json(batch.answer())))
}

/// A look-up of batches.
#[derive(Deserialize)]
struct Search {
    client_reference: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    #[serde(default)]
    page: usize,
    page_size: Option<usize>,
}

async fn find(
    State(sinch): State<Arc<Sinch>>,
    Path(plan): Path<String>,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Result<Json<Value>, Refusal> {
    authenticate(&headers)?;
    let now = sinch.core.now();
    let from = instant(search.start_date.as_deref())?.unwrap_or(now - DEFAULT_WINDOW);
    let until = instant(search.end_date.as_deref())?.unwrap_or(Timestamp::MAX);
    let page_size = search.page_size.unwrap_or(DEFAULT_PAGE_SIZE).clamp(1, MAX_PAGE_SIZE);
    let batches = lock(&sinch.batches);
    let found: Vec<_> = batches
        .iter()
        .filter(|batch| batch.plan == plan && (from..until).contains(&batch.created_at))
        .filter(|batch| {
            let wanted = search.client_reference.as_ref();
            wanted.is_none_or(|wanted| batch.call.client_reference.as_ref() == Some(wanted))
        })
        .collect();
    let page = found.iter().skip(search.page.saturating_mul(page_size)).take(page_size);
    let page: Vec<Value> = page.map(|batch| batch.answer()).collect();
    Ok(Json(json!({
        "count": found.len(),
        "page": search.page,
        "page_size": page.len(),
        "batches": page,
    })))
}

fn instant(text: Option<&str>) -> Result<Option<Timestamp>, Refusal> {
    let instant = text.map(str::parse).transpose();
    instant.map_err(|_| Refusal::format("a date is an instant in ISO 8601"))
}

async fn show(
    State(sinch): State<Arc<Sinch>>,
    Path((plan, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authenticate(&headers)?;
    let batches = lock(&sinch.batches);
    let found = batches.iter().find(|batch| batch.plan == plan && *batch.id == *id);
    found.map(|batch| Json(batch.answer())).ok_or_else(Refusal::not_found)
}
