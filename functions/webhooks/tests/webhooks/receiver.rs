//! A merchant's endpoint: it stores every post, and answers as the test says.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// The answer to a post.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    Status(u16),
    /// A redirect to `/elsewhere` on the same host.
    Redirect,
    /// No answer.
    Silence,
    /// A body far longer than the client reads.
    Endless,
}

/// A post.
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
struct Received {
    replies: Mutex<VecDeque<Reply>>,
    posted: Mutex<Vec<Posted>>,
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    received: Arc<Received>,
    server: tokio::task::JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let received = Arc::<Received>::default();
        let router = Router::new().fallback(take).with_state(Arc::clone(&received));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, received, server }
    }

    /// Answers the next posts with these replies, and later posts with 204.
    pub(crate) fn answer(&self, replies: &[Reply]) {
        *self.received.replies.lock().unwrap() = replies.iter().copied().collect();
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.received.posted.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(
    State(received): State<Arc<Received>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = String::from_utf8(body.to_vec()).unwrap();
    received.posted.lock().unwrap().push(Posted { path: uri.path().to_owned(), headers, body });
    let reply = received.replies.lock().unwrap().pop_front();
    match reply.unwrap_or(Reply::Status(204)) {
        Reply::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Reply::Redirect => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/elsewhere")]).into_response()
        }
        Reply::Silence => std::future::pending().await,
        Reply::Endless => vec![b'a'; 16 << 20].into_response(),
    }
}
