//! The server behind a proxy.

use crate::http_client::HttpClient;
use axum::{Router, extract::DefaultBodyLimit, handler::Handler, response::Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header};

/// A server by its address, and the client that calls it.
pub(super) struct Upstream {
    address: String,
    client: HttpClient,
}

impl Upstream {
    pub(super) fn at(address: &str) -> Self {
        Self { address: address.to_owned(), client: HttpClient::new() }
    }

    /// Sends a request on, with these headers and this body. `path` begins with a slash.
    pub(super) async fn post(
        &self,
        path: &str,
        headers: &HeaderMap,
        body: Bytes,
    ) -> http::Response<Bytes> {
        let mut request = Request::post(format!("{}{path}", self.address))
            .body(body)
            .expect("a well-formed request");
        for (name, value) in headers {
            if name != header::CONTENT_LENGTH && name != header::HOST {
                request.headers_mut().insert(name.clone(), value.clone());
            }
        }
        self.client.send(request).await
    }
}

/// The router of a proxy: every request goes to `forward`.
pub(super) fn router<T: 'static, S: Clone + Send + Sync + 'static>(
    forward: impl Handler<T, S>,
    state: S,
) -> Router {
    Router::new().fallback(forward).layer(DefaultBodyLimit::disable()).with_state(state)
}

/// The same answer, for the proxy's own caller.
pub(super) fn answer(answer: http::Response<Bytes>) -> Response {
    let (mut head, body) = answer.into_parts();
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, body.into())
}
