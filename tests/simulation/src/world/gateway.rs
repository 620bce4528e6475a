//! API Gateway: requests of tills, of the operator, of providers and of people who follow a link.

use super::function::Function;
use super::{World, clock};
use crate::functions::{Answer, Payload};
use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The response to a request.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body: JSON, or a text where it is no JSON.
    pub body: Value,
}

/// The function ended before it answered: API Gateway answers 502 or 504, and nobody knows what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoResponse;

impl World {
    /// Sends a request to a function. `operation` is the operation's name in the API's description, or names the
    /// public route.
    ///
    /// # Errors
    /// [`NoResponse`].
    pub async fn request(
        self: &Arc<Self>,
        function: Function,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Response, NoResponse> {
        self.requests.fetch_add(u64::from(function == Function::Api), Ordering::Relaxed);
        let payload = Payload::Http(Box::new(request.map(Body::from)));
        let invoked = self.invoke(function, operation, payload).await;
        let Ok(Answer::Http(response)) = invoked.answer else { return Err(NoResponse) };
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|_| NoResponse)?.to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
        let body = if body.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&body).unwrap_or_else(|_| text())
        };
        self.history.event(|| {
            let (now, number, status) = (clock::now(), invoked.number, head.status.as_u16());
            format!("{now} {operation} #{number} answered {status} {body}")
        });
        Ok(Response { status: head.status, headers: head.headers, body })
    }
}
