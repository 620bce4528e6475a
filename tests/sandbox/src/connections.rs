//! Connections, and the one thing that a web framework does not do: not to answer.

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// In an answer's extensions: the caller never gets it, the connection closes instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AnswerLost;

impl std::fmt::Display for AnswerLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer is lost")
    }
}

impl std::error::Error for AnswerLost {}

pub(crate) async fn serve(listener: TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No file descriptors left, most likely: some come back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Small answers would wait for the caller's acknowledgement.
        drop(stream.set_nodelay(true));
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // A connection that breaks is the caller's affair.
            drop(connection.await);
        });
    }
}

async fn answer(
    router: Router,
    request: hyper::Request<hyper::body::Incoming>,
) -> Result<Response, AnswerLost> {
    let Ok(response) = router.oneshot(request.map(axum::body::Body::new) as Request).await;
    match response.extensions().get::<AnswerLost>() {
        Some(lost) => Err(*lost),
        None => Ok(response),
    }
}
