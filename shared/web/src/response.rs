//! The answers: a page, a redirection, and the page of a defect.

use crate::security::{self, ContentPolicy, Referrer};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, LOCATION, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

/// The page of a defect. It needs no template and no text.
const DEFECT: &str = include_str!("../templates/defect.html");
/// A smaller body fits in one packet.
const WORTH_COMPRESSING_BYTES: usize = 1_024;

/// A rendered page, with what its headers say.
pub(crate) struct Rendered {
    pub(crate) status: StatusCode,
    pub(crate) html: String,
    pub(crate) lang: &'static str,
    /// For how many seconds anyone may cache the page; `None` for a page of a person.
    pub(crate) cached_seconds: Option<u32>,
    pub(crate) content: ContentPolicy,
    pub(crate) referrer: Referrer,
    pub(crate) accepts_gzip: bool,
}

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        security::protect(&mut headers, self.content, self.referrer);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.lang));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding, accept-language"));
        let cached = self.cached_seconds.map(|seconds| format!("public, max-age={seconds}"));
        let cached = cached.and_then(|cached| HeaderValue::try_from(cached).ok());
        let cached = cached.unwrap_or(HeaderValue::from_static("no-store"));
        headers.insert(CACHE_CONTROL, cached);
        let mut body = self.html.into_bytes();
        if self.accepts_gzip && is_worth_compressing(&body) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            body = compressed(&body);
        }
        (self.status, headers, body).into_response()
    }
}

/// The answer to a defect, in both languages.
pub(crate) fn defect() -> Response {
    Rendered {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        html: DEFECT.to_owned(),
        lang: "fr",
        cached_seconds: None,
        content: ContentPolicy::OwnOrigin,
        referrer: Referrer::Nobody,
        accepts_gzip: false,
    }
    .into_response()
}

/// Sends the browser to another page with a `GET`. A location that no header can hold is a defect.
pub(crate) fn redirect(location: &str) -> Response {
    let Ok(location) = HeaderValue::try_from(location) else {
        tracing::error!("a redirection has characters that a link cannot hold");
        return defect();
    };
    let mut headers = HeaderMap::new();
    security::protect(&mut headers, ContentPolicy::OwnOrigin, Referrer::Nobody);
    headers.insert(LOCATION, location);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (StatusCode::SEE_OTHER, headers).into_response()
}

pub(crate) const fn is_worth_compressing(body: &[u8]) -> bool {
    body.len() > WORTH_COMPRESSING_BYTES
}

/// The body compressed with gzip. The HTTP API of API Gateway does not compress.
pub(crate) fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 2), Compression::default());
    // Writing to a vector never fails.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}
