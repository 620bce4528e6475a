//! A proxy in front of DynamoDB for a walk over a large partition. For every page the engine reads the
//! partition to its end and then returns the first megabyte, so the time of a walk grows with the square
//! of the partition. A limit that no page of a megabyte reaches prevents this.

use super::upstream::{self, Upstream};
use aws_fakes::{Fake, Served};
use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::Response};
use std::sync::Arc;

/// Items of a page: an item of a member has about 250 bytes.
const LIMIT: usize = 6_000;

/// The proxy.
#[derive(Clone)]
pub(crate) struct PagingProxy(Arc<Upstream>);

impl PagingProxy {
    pub(crate) async fn start(upstream: &str) -> Served<Self> {
        Served::on_a_port(Self(Arc::new(Upstream::at(upstream)))).await
    }
}

impl Fake for PagingProxy {
    fn router(&self) -> Router {
        upstream::router(forward, self.clone())
    }
}

async fn forward(State(proxy): State<PagingProxy>, headers: HeaderMap, body: Bytes) -> Response {
    let is_query =
        headers.get("x-amz-target").is_some_and(|target| target.as_bytes().ends_with(b".Query"));
    let body = if is_query { limited(&body) } else { body };
    upstream::answer(proxy.0.post("/", &headers, body).await)
}

/// The same query, with a limit where it has none.
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
