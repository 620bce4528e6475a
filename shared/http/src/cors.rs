//! CORS (Fetch standard), for tills that run in a browser: a key lists the origins whose pages may use
//! the key.
//!
//! A preflight carries no key, so every preflight gets the same answer: the browser may send the real
//! request. The answer to the real request lets the page read it, if the key allows the page's origin.

use crate::access::gate::Till;
use crate::codes;
use crate::problem::{Kind, Problem};
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
/// The request headers of a till that a browser asks about in a preflight.
const SENT: &str = "Authorization, Content-Type, Idempotency-Key, X-Till-Software";
/// The headers of an answer that a till needs and a browser hides from the page by default.
const EXPOSED: HeaderValue = HeaderValue::from_static("Idempotency-Replayed, Retry-After");
/// The longest time for which browsers cache the answer to a preflight: two hours.
const MAX_AGE_SECONDS: &str = "7200";

const PREFLIGHT: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
    (ACCESS_CONTROL_ALLOW_HEADERS, SENT),
    (ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
];

/// The answer to a preflight of a till's route; `None` for any other request.
#[must_use]
pub fn preflight(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    is_preflight.then(|| (StatusCode::NO_CONTENT, PREFLIGHT).into_response())
}

/// The origin of the page that sent a request, if the till's key lists it; `None` for a request that no
/// page sent.
///
/// # Errors
/// `origin_not_allowed` (403) for an origin that the key does not list.
pub(crate) fn origin_of(headers: &HeaderMap, till: &Till) -> Result<Option<HeaderValue>, Problem> {
    let Some(origin) = headers.get(ORIGIN) else { return Ok(None) };
    let key = till.scope.settings.keys.iter().find(|key| key.id == till.key);
    let mut origins = key.iter().flat_map(|key| &key.origins);
    if origins.any(|listed| listed.as_str().as_bytes() == origin.as_bytes()) {
        return Ok(Some(origin.clone()));
    }
    let detail =
        "This key is not for pages of this origin: use one that was made with it in origins.";
    Err(Problem::new(Kind::Forbidden, detail).coded(codes::ORIGIN_NOT_ALLOWED))
}

/// Lets the page of `origin` read an answer.
pub(crate) fn allow(origin: &HeaderValue, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}
