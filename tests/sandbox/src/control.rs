//! The control calls of the sandbox: the outbox as JSON, the callback addresses, the faults, an inbound SMS and a
//! reset.

use crate::callback_queue::Target;
use crate::context::App;
use crate::faults;
use crate::outbox::{Filter, MessageView};
use crate::provider::InboundSms;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

type ControlAnswer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

/// The messages of the outbox, newest first.
pub(crate) async fn outbox(
    State(app): State<App>,
    Query(filter): Query<Filter>,
) -> Json<Vec<MessageView>> {
    Json(app.core.outbox.newest(&filter))
}

/// The counts of all accepted messages, and of each provider's callbacks.
pub(crate) async fn counts(State(app): State<App>) -> Json<Value> {
    let counts = app.core.outbox.counts();
    let callbacks: Map<String, Value> = app
        .providers
        .iter()
        .map(|provider| (provider.name().to_owned(), json!(provider.callbacks().figures())))
        .collect();
    Json(json!({
        "emails": counts.emails,
        "sms": counts.sms,
        "distinct_recipients": counts.distinct_recipients,
        "doubled": counts.doubled,
        "callbacks": callbacks,
    }))
}

/// Sets the callback address of each provider. A provider that the body does not name has none any more.
pub(crate) async fn callbacks(State(app): State<App>, body: Bytes) -> ControlAnswer {
    let mut targets: HashMap<String, Option<Target>> = read(&body)?;
    for (name, target) in &targets {
        if !app.providers.iter().any(|provider| provider.name() == name) {
            return Err(refused(&format!("{name} is no provider")));
        }
        if target.as_ref().is_some_and(|target| !target.is_valid()) {
            return Err(refused("a url is absolute and begins with http://"));
        }
    }
    for provider in &app.providers {
        provider.callbacks().set_target(targets.remove(provider.name()).flatten());
    }
    Ok(done())
}

/// Sets the faults of the next calls.
pub(crate) async fn faults(State(app): State<App>, body: Bytes) -> ControlAnswer {
    let settings: faults::Settings = read(&body)?;
    if !settings.are_valid() {
        return Err(refused("a status is from 400 to 599"));
    }
    app.core.faults.set(settings);
    Ok(done())
}

/// Calls back with an SMS from a person.
pub(crate) async fn inbound(State(app): State<App>, body: Bytes) -> ControlAnswer {
    let sms: InboundSms = read(&body)?;
    let now = app.core.now();
    let callback = app
        .providers
        .iter()
        .filter(|provider| sms.provider.as_deref().is_none_or(|name| name == provider.name()))
        .find_map(|provider| Some((provider, provider.inbound(&sms, now)?)));
    let Some((provider, event)) = callback else {
        return Err(refused("no such provider carries SMS"));
    };
    if provider.callbacks().push(std::iter::once(event)) {
        Ok(done())
    } else {
        let error = format!("{} has no callback address", provider.name());
        Err((StatusCode::CONFLICT, Json(json!({"error": error}))))
    }
}

/// Empties the outbox, the providers' memory and the queues of callbacks, and removes the faults. The callback
/// addresses stay.
pub(crate) async fn reset(State(app): State<App>) -> (StatusCode, Json<Value>) {
    app.core.faults.set(faults::Settings::default());
    for provider in &app.providers {
        provider.clear();
    }
    app.core.outbox.clear();
    done()
}

pub(crate) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Reads a body whatever its content type, for `curl -d`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, Json<Value>)> {
    serde_json::from_slice(body).map_err(|error| refused(&error.to_string()))
}

fn refused(error: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({"error": error})))
}

fn done() -> (StatusCode, Json<Value>) {
    (StatusCode::OK, Json(json!({"status": "ok"})))
}
