//! Which routes a browser may ask about before it calls them: those that a till's key opens.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;

/// Answers a preflight of a till's route, and lets everything else through.
pub(crate) async fn answer(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| is_tills(route.as_str()))
        && let Some(answer) = http_edge::cors::preflight(&request)
    {
        return answer;
    }
    next.run(request).await
}

/// All but the operator's and those that need no key.
fn is_tills(route: &str) -> bool {
    !route.starts_with("/v1/merchants") && !matches!(route, "/v1/health" | "/v1/openapi.json")
}
