//! Writes one log line for each request, the body of a refusal, and the headers of every answer to a
//! till. None of the three holds the request's body or query, a contact, a name or a token.

use crate::access::gate::Caller;
use crate::cors;
use crate::problem::{Kind, Problem};
use crate::request_details::RequestDetails;
use crate::software::Software;
use axum::Json;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{Extensions, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lambda_http::request::RequestContext;
use std::sync::Arc;
use std::time::Instant;

/// Answers a request through `next`, writes the body of a refusal, and logs the request in one line.
/// This must be the outermost layer of a router.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let details = Arc::<RequestDetails>::default();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let request_id = request_id(request.extensions());
    request.extensions_mut().insert(Arc::clone(&details));

    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        response = written(problem, request_id.clone(), response);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = details.origin.get() {
        cors::allow(origin, response.headers_mut());
    }

    let caller = details.caller.get();
    let merchant = caller.and_then(Caller::merchant).map(tracing::field::display);
    let key = caller.and_then(Caller::key).map(tracing::field::display);
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map(MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        merchant,
        key,
        software = details.software.get().map(Software::as_str),
        code = problem.as_ref().map(Problem::code),
        request_id,
        "request"
    );
    if let Some(internal) = problem.as_ref().and_then(Problem::internal) {
        tracing::error!(request_id, internal, "refused for a reason of ours");
    }
    response
}

fn written(problem: &Problem, request_id: Option<String>, refused: Response) -> Response {
    let (mut parts, _) = refused.into_parts();
    let body = Json(problem.body(request_id)).into_response().into_body();
    let content_type = HeaderValue::from_static("application/problem+json");
    parts.headers.insert(CONTENT_TYPE, content_type);
    parts.headers.remove(CONTENT_LENGTH);
    match problem.kind() {
        Kind::Unauthenticated => {
            parts.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Token, Bearer"));
        }
        Kind::Unavailable => {
            parts.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    Response::from_parts(parts, body)
}

/// API Gateway's identifier of the request. The log and the answer of API Gateway hold the same one.
fn request_id(extensions: &Extensions) -> Option<String> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => context.request_id.clone(),
        _ => None,
    }
}
