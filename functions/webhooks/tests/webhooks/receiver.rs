//! A merchant's endpoint: keeps what is posted and answers as it is told.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// How a post is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    Status(u16),
    /// To `/elsewhere` of the same host.
    Redirect,
    /// Never.
    Silence,
    /// Far more than anybody reads.
    Endless,
}

/// What was posted.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Posted {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

#[derive(Default)]
struct Kept {
    replies: Mutex<VecDeque<Reply>>,
    posted: Mutex<Vec<Posted>>,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    kept: Arc<Kept>,
    server: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let kept = Arc::<Kept>::default();
        let router = Router::new().fallback(take).with_state(Arc::clone(&kept));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, kept, server }
    }

    /// Answers the next posts so, and then 204.
    pub(crate) fn answer(&self, replies: &[Reply]) {
        *self.kept.replies.lock().unwrap() = replies.iter().copied().collect();
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.kept.posted.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(
    State(kept): State<Arc<Kept>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    kept.posted.lock().unwrap().push(Posted { path: uri.path().to_owned(), headers, body });
    let reply = kept.replies.lock().unwrap().pop_front();
    match reply.unwrap_or(Reply::Status(204)) {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Reply::Silence => std::future::pending().await,
        Reply::Endless => vec![b'a'; 16 << 20].into_response(),
    }
}
