//! Preflights (CORS): the routes of tills answer them, because a till may run in a browser.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

/// Answers a preflight of a till's route, and passes every other request on.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| is_tills(route.as_str()))
        && let Some(answer) = http_edge::cors::preflight(&request)
    {
        return answer;
    }
    next.run(request).await
}

/// Whether a route is for tills: neither the operator's nor open to all.
fn is_tills(route: &str) -> bool {
    !route.starts_with("/v1/merchants") && !matches!(route, "/v1/health" | "/v1/openapi.json")
}
