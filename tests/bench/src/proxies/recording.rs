//! The writes of a function, kept in the order of their answers, so that a bare loop can repeat them.

use super::upstream::{self, Upstream};
use aws_fakes::{Fake, Served};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

/// A call that succeeded.
pub(crate) struct Call {
    /// An operation of DynamoDB, or the path at a provider.
    pub(crate) operation: String,
    pub(crate) body: Bytes,
}

/// The calls between [`Self::begin`] and [`Self::end`]. Clones share the calls.
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Option<Vec<Call>>>>);

impl Recording {
    pub(crate) fn begin(&self) {
        *self.0.lock().unwrap() = Some(Vec::new());
    }

    pub(crate) fn add(&self, operation: &str, body: &Bytes) {
        if let Some(calls) = &mut *self.0.lock().unwrap() {
            calls.push(Call { operation: operation.to_owned(), body: body.clone() });
        }
    }

    pub(crate) fn end(&self) -> Vec<Call> {
        self.0.lock().unwrap().take().unwrap_or_default()
    }
}

/// Writes `{operation, body}`, a call a line.
pub(crate) fn write(calls: &[Call], file: &Path) {
    let mut lines = String::new();
    for Call { operation, body } in calls {
        let body: Value = serde_json::from_slice(body).expect("a recorded body is JSON");
        lines += &json!({"operation": operation, "body": body}).to_string();
        lines.push('\n');
    }
    std::fs::write(file, lines).expect("the recorded calls can be written");
}

/// A proxy in front of the providers.
#[derive(Clone)]
pub(crate) struct RecordingProxy {
    upstream: Arc<Upstream>,
    recording: Recording,
}

impl RecordingProxy {
    pub(crate) async fn start(upstream: &str, recording: Recording) -> Served<Self> {
        Served::on_a_port(Self { upstream: Arc::new(Upstream::at(upstream)), recording }).await
    }
}

impl Fake for RecordingProxy {
    fn router(&self) -> Router {
        upstream::router(forward, self.clone())
    }
}

async fn forward(
    State(proxy): State<RecordingProxy>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let answer = proxy.upstream.post(&uri.to_string(), &headers, body.clone()).await;
    if answer.status().is_success() {
        proxy.recording.add(uri.path(), &body);
    }
    upstream::answer(answer)
}
