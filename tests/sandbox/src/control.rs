//! What the sandbox is told: whom to call back, what to fail, what a person answers, to be empty.

use crate::callbacks::Target;
use crate::{App, faults, sinch};
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

type ControlAnswer = Result<(StatusCode, Json<Value>), (StatusCode, Json<Value>)>;

/// All of them: who is not named is called back no longer.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Targets {
    brevo: Option<Target>,
    sinch: Option<Target>,
}

/// An SMS that a person sends to a sender of ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inbound {
    from: String,
    to: String,
    body: String,
}

pub(crate) async fn callbacks(State(app): State<App>, body: Bytes) -> ControlAnswer {
    let targets: Targets = read(&body)?;
    if [&targets.brevo, &targets.sinch].into_iter().flatten().any(|target| !target.is_sound()) {
        return Err(refused("a url is absolute and begins with http://"));
    }
    app.brevo.line.point(targets.brevo);
    app.sinch.line.point(targets.sinch);
    Ok(done())
}

pub(crate) async fn faults(State(app): State<App>, body: Bytes) -> ControlAnswer {
    let settings: faults::Settings = read(&body)?;
    if !settings.are_sound() {
        return Err(refused("a status is from 400 to 599"));
    }
    app.faults.set(settings);
    Ok(done())
}

pub(crate) async fn inbound(State(app): State<App>, body: Bytes) -> ControlAnswer {
    let Inbound { from, to, body } = read(&body)?;
    let event = sinch::inbound(&from, &to, &body, app.now());
    if app.sinch.line.queue(std::iter::once(event)) {
        Ok(done())
    } else {
        Err((StatusCode::CONFLICT, Json(json!({"error": "nobody is called back for sinch"}))))
    }
}

/// Empties the outbox, what the providers remember and the callbacks that wait, and takes the faults
/// off. Whom to call back stays.
pub(crate) async fn reset(State(app): State<App>) -> (StatusCode, Json<Value>) {
    app.faults.set(faults::Settings::default());
    app.brevo.clear();
    app.sinch.clear();
    app.outbox.clear();
    done()
}

pub(crate) async fn health() -> Json<Value> {
    Json(json!({"status": "ok"}))
}

/// Without a look at the content type, for `curl -d`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, Json<Value>)> {
    serde_json::from_slice(body).map_err(|error| refused(&error.to_string()))
}

fn refused(why: &str) -> (StatusCode, Json<Value>) {
    (StatusCode::BAD_REQUEST, Json(json!({"error": why})))
}

fn done() -> (StatusCode, Json<Value>) {
    (StatusCode::OK, Json(json!({"status": "ok"})))
}
