//! What a function asked others to change, kept in the order of the answers, so that a bare loop can
//! ask the same again.

use crate::http_client::HttpClient;
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, Uri},
    response::Response,
};
use http::{HeaderValue, Request, header};
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex},
};

/// A call that went through.
pub(crate) struct Call {
    /// An operation of DynamoDB, or the path at a provider.
    pub(crate) operation: String,
    pub(crate) body: Bytes,
}

/// Kept by every proxy that holds a clone, between [`Self::begin`] and [`Self::end`].
#[derive(Clone, Default)]
pub(crate) struct Recording(Arc<Mutex<Option<Vec<Call>>>>);

impl Recording {
    pub(crate) fn begin(&self) {
        *self.0.lock().unwrap() = Some(Vec::new());
    }

    pub(crate) fn keep(&self, operation: &str, body: &Bytes) {
        if let Some(calls) = &mut *self.0.lock().unwrap() {
            calls.push(Call { operation: operation.to_owned(), body: body.clone() });
        }
    }

    /// What was kept since it began.
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

struct Forwarding {
    upstream: String,
    client: HttpClient,
    recording: Recording,
}

/// A proxy before the providers. It ends when dropped.
pub(crate) struct RecordingProxy {
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl RecordingProxy {
    pub(crate) async fn start(upstream: &str, recording: Recording) -> Self {
        let upstream = upstream.to_owned();
        let state = Arc::new(Forwarding { upstream, client: HttpClient::new(), recording });
        let router = Router::new()
            .fallback(forward)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(state);
        let (address, server) = crate::loopback::serve(router).await;
        Self { address, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for RecordingProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(
    State(state): State<Arc<Forwarding>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut request = Request::post(format!("{}{uri}", state.upstream))
        .body(body.clone())
        .expect("a well-formed request");
    for (name, value) in &headers {
        if name != header::CONTENT_LENGTH && name != header::HOST {
            request.headers_mut().insert(name.clone(), value.clone());
        }
    }
    let answer = state.client.send(request).await;
    if answer.status().is_success() {
        state.recording.keep(uri.path(), &body);
    }
    let (mut head, body) = answer.into_parts();
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, body.into())
}
