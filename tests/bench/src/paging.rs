//! A proxy before DynamoDB for whoever walks a large partition. The engine here reads a partition to
//! its end for every page and then gives the first megabyte of it, so that a walk would be timed by
//! the square of the partition; a limit that no page of a megabyte reaches keeps it from that.

use crate::http_client::HttpClient;
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::Response};
use http::{HeaderValue, Request, header};
use std::sync::Arc;

/// Items: those of a member are some 250 bytes each.
const LIMIT: usize = 6_000;

struct Paging {
    upstream: String,
    client: HttpClient,
}

/// The proxy. It ends when dropped.
pub(crate) struct PagingProxy {
    address: String,
    server: tokio::task::JoinHandle<()>,
}

impl PagingProxy {
    pub(crate) async fn start(upstream: &str) -> Self {
        let state = Arc::new(Paging { upstream: upstream.to_owned(), client: HttpClient::new() });
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

impl Drop for PagingProxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(state): State<Arc<Paging>>, headers: HeaderMap, body: Bytes) -> Response {
    let is_query =
        headers.get("x-amz-target").is_some_and(|target| target.as_bytes().ends_with(b".Query"));
    let body = if is_query { limited(&body) } else { body };
    let mut request =
        Request::post(format!("{}/", state.upstream)).body(body).expect("a well-formed request");
    for (name, value) in &headers {
        if name != header::CONTENT_LENGTH && name != header::HOST {
            request.headers_mut().insert(name.clone(), value.clone());
        }
    }
    let (mut head, body) = state.client.send(request).await.into_parts();
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(head, body.into())
}

/// The same query with a limit, where it has none of its own.
fn limited(query: &Bytes) -> Bytes {
    match std::str::from_utf8(query).ok().and_then(|query| query.strip_prefix('{')) {
        Some(rest) if !rest.contains("\"Limit\":") => format!("{{\"Limit\":{LIMIT},{rest}").into(),
        _ => query.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_query_without_a_limit_gets_one_and_keeps_the_rest() {
        let read = |query: &Value| -> Value {
            serde_json::from_slice(&limited(&query.to_string().into())).unwrap()
        };
        let query = json!({"TableName": "t"});
        assert_eq!(read(&query), json!({"TableName": "t", "Limit": LIMIT}));
        let query = json!({"TableName": "t", "Limit": 3});
        assert_eq!(read(&query), query);
    }
}
