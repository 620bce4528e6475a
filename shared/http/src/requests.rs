//! One line a request in the log, the body of a refusal, and the headers that every answer to a till
//! has. None ever holds a body that came in, a query, a contact, a name or a token.

use crate::authentication::Caller;
use crate::problem::Kind;
use crate::software::Software;
use crate::{Problem, cors};
use axum::Json;
use axum::extract::{MatchedPath, Request};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{Extensions, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lambda_http::request::RequestContext;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// What is learnt of a request on its way in, for its log line and its answer.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) caller: OnceLock<Caller>,
    pub(crate) software: OnceLock<Software>,
    /// The origin of a page that may read the answer.
    pub(crate) origin: OnceLock<HeaderValue>,
}

impl Notes {
    /// Those of a request that [`observe`] answers.
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get::<Arc<Self>>().map(AsRef::as_ref)
    }
}

/// Answers a request through `next`, writes out its refusal if it is one, and logs it in one line.
/// To be the outermost layer of a router.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let notes = Arc::<Notes>::default();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let request_id = request_id(request.extensions());
    request.extensions_mut().insert(Arc::clone(&notes));

    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        response = written(problem, request_id.clone(), response);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(origin) = notes.origin.get() {
        cors::tell(origin, response.headers_mut());
    }

    let caller = notes.caller.get();
    let merchant = caller.and_then(Caller::merchant).map(tracing::field::display);
    let key = caller.and_then(Caller::key).map(tracing::field::display);
    tracing::info!(
        method = method.as_str(),
        route = route.as_ref().map(MatchedPath::as_str),
        status = response.status().as_u16(),
        duration_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        merchant,
        key,
        software = notes.software.get().map(Software::as_str),
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
    parts.headers.remove(axum::http::header::CONTENT_LENGTH);
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

/// API Gateway's identifier of the request, which its own log and answer carry too.
fn request_id(extensions: &Extensions) -> Option<String> {
    match extensions.get::<RequestContext>()? {
        RequestContext::ApiGatewayV2(context) => context.request_id.clone(),
        _ => None,
    }
}
