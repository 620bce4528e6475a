//! Tills that run in a browser (the Fetch standard's CORS): a key lists the origins whose pages may use
//! it.
//!
//! A preflight carries no key, so that it is answered alike to all: it lets a browser send the real
//! request, and only the answer to that one, by its key, lets the page read anything.

use crate::authentication::Till;
use crate::problem::Kind;
use crate::{Problem, codes};
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};

const METHODS: &str = "GET, POST, PUT, PATCH, DELETE";
/// What a till sends that a browser asks about.
const SENT: &str = "Authorization, Content-Type, Idempotency-Key, X-Till-Software";
/// What a till needs of an answer and a browser would hide.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("Idempotency-Replayed, Retry-After");
/// The two hours that browsers keep it for at most.
const MAX_AGE_SECONDS: &str = "7200";

const PREFLIGHT: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
    (ACCESS_CONTROL_ALLOW_HEADERS, SENT),
    (ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS),
];

/// The answer to a preflight of a till's route; `None` for another request.
#[must_use]
pub fn preflight(request: &Request) -> Option<Response> {
    let headers = request.headers();
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    is_preflight.then(|| (StatusCode::NO_CONTENT, PREFLIGHT).into_response())
}

/// The origin that a request comes from, where the till's key lists it; `None` for a request of no page.
///
/// # Errors
/// [`Kind::Forbidden`] for another origin.
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
pub(crate) fn tell(origin: &HeaderValue, headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.append(VARY, HeaderValue::from_static("Origin"));
}
