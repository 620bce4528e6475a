//! Faults: calls that fail on request. Only calls that send are affected; a look-up of a sent batch never fails.

use crate::connections::AnswerLost;
use crate::lock::lock;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The faults to apply. Zero means never.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// The time that a call waits for its answer, in milliseconds. Its messages are in the outbox before.
    delay_ms: u64,
    /// Every so many accepted calls, the answer is lost. The messages of the call are in the outbox.
    lose_every: u64,
    /// Every so many calls, a call is answered `status` and sends nothing.
    fail_every: u64,
    status: u16,
    /// The code in the answer, where it is not the usual code of the status.
    code: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { delay_ms: 0, lose_every: 0, fail_every: 0, status: 503, code: None }
    }
}

impl Settings {
    /// Whether the status is the status of a failed call.
    pub(crate) fn are_valid(&self) -> bool {
        (400..600).contains(&self.status)
    }

    fn failure(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let code = self.code.as_deref().unwrap_or(match self.status {
            401 => "unauthorized",
            402 => "not_enough_credits",
            403 => "permission_denied",
            429 => "too_many_requests",
            _ => "internal_error",
        });
        // One provider calls the field `message`, another `text`.
        let text = "the sandbox fails on request";
        (status, Json(json!({"code": code, "message": text, "text": text}))).into_response()
    }
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Counters>);

#[derive(Default)]
struct Counters {
    settings: Settings,
    calls: u64,
    accepted: u64,
}

impl Faults {
    /// Applies new settings from the next call on. Calls are counted from one again.
    pub(crate) fn set(&self, settings: Settings) {
        *lock(&self.0) = Counters { settings, calls: 0, accepted: 0 };
    }

    /// Counts a call and returns the settings, and whether this call fails.
    fn count_call(&self) -> (Settings, bool) {
        let mut counters = lock(&self.0);
        counters.calls += 1;
        let fails = is_due(counters.calls, counters.settings.fail_every);
        (counters.settings.clone(), fails)
    }

    /// Counts an accepted call and returns whether its answer is lost.
    fn count_accepted(&self) -> bool {
        let mut counters = lock(&self.0);
        counters.accepted += 1;
        is_due(counters.accepted, counters.settings.lose_every)
    }
}

const fn is_due(count: u64, every: u64) -> bool {
    every != 0 && count.is_multiple_of(every)
}

/// The middleware of every call that sends.
pub(crate) async fn apply(
    State(faults): State<Arc<Faults>>,
    request: Request,
    next: Next,
) -> Response {
    let (settings, fails) = faults.count_call();
    let mut response = if fails { settings.failure() } else { next.run(request).await };
    if response.status().is_success() && faults.count_accepted() {
        response.extensions_mut().insert(AnswerLost);
    }
    if settings.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(settings.delay_ms)).await;
    }
    response
}
