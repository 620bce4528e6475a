//! Connections. A web framework always answers; this server can close a connection without an answer.

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// In the extensions of an answer: the connection closes and the caller never receives the answer.
#[derive(Debug, Clone, Copy)]
pub struct AnswerLost;

impl std::fmt::Display for AnswerLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the answer is lost")
    }
}

impl std::error::Error for AnswerLost {}

pub(crate) async fn serve(listener: TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most likely no file descriptor is left. Some become free soon.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Without this option small answers wait for the caller's acknowledgement.
        drop(stream.set_nodelay(true));
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // The caller notices a broken connection.
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
