//! Calls that go wrong because the sandbox was told so. Only calls that send are touched: a provider
//! that is asked what it has sent answers.

use crate::connections::AnswerLost;
use crate::{App, lock};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Mutex;
use std::time::Duration;

/// What is to go wrong. Zero is never.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// How long a call waits for its answer, in milliseconds. What it sends is in the outbox before.
    delay_ms: u64,
    /// Of the calls accepted, every how many the answer is lost, and what it sends is in the outbox.
    lose_every: u64,
    /// Of all calls, every how many are answered `status`, and nothing is sent.
    fail_every: u64,
    status: u16,
    /// The code in the answer, where it is not the status's usual one.
    code: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { delay_ms: 0, lose_every: 0, fail_every: 0, status: 503, code: None }
    }
}

impl Settings {
    /// Whether the status is one of a call that failed.
    pub(crate) fn are_sound(&self) -> bool {
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
        // One provider says `message`, another `text`.
        let why = "the sandbox was told to fail";
        (status, Json(json!({"code": code, "message": why, "text": why}))).into_response()
    }
}

#[derive(Default)]
pub(crate) struct Faults(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    settings: Settings,
    calls: u64,
    accepted: u64,
}

impl Faults {
    /// From the next call on, counted from one again.
    pub(crate) fn set(&self, settings: Settings) {
        *lock(&self.0) = Counted { settings, calls: 0, accepted: 0 };
    }

    fn of_this_call(&self) -> (Settings, bool) {
        let mut counted = lock(&self.0);
        counted.calls += 1;
        let fails = is_due(counted.calls, counted.settings.fail_every);
        (counted.settings.clone(), fails)
    }

    fn loses_this_answer(&self) -> bool {
        let mut counted = lock(&self.0);
        counted.accepted += 1;
        is_due(counted.accepted, counted.settings.lose_every)
    }
}

const fn is_due(count: u64, every: u64) -> bool {
    every != 0 && count.is_multiple_of(every)
}

/// Stands around every call that sends.
pub(crate) async fn inflict(State(app): State<App>, request: Request, next: Next) -> Response {
    let (settings, fails) = app.faults.of_this_call();
    let mut response = if fails { settings.failure() } else { next.run(request).await };
    if response.status().is_success() && app.faults.loses_this_answer() {
        response.extensions_mut().insert(AnswerLost);
    }
    if settings.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(settings.delay_ms)).await;
    }
    response
}
