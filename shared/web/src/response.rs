//! The answers: a page, a manifest, a service worker, a redirection, and the page of a defect.

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

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    Manifest,
    Worker,
}

impl Kind {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Page => "text/html; charset=utf-8",
            Self::Manifest => "application/manifest+json",
            Self::Worker => "text/javascript; charset=utf-8",
        }
    }
}

/// How long an answer may be used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caching {
    /// Never: the answer may have personal data.
    Forbidden,
    /// After the browser has asked whether the answer is still the newest.
    Revalidated,
    /// For some seconds, by anyone.
    Seconds(u32),
}

impl Caching {
    fn header(self) -> HeaderValue {
        match self {
            Self::Forbidden => HeaderValue::from_static("no-store"),
            Self::Revalidated => HeaderValue::from_static("no-cache"),
            Self::Seconds(seconds) => HeaderValue::try_from(format!("public, max-age={seconds}"))
                .unwrap_or(HeaderValue::from_static("no-store")),
        }
    }
}

/// A rendered page, manifest or worker, with what its headers say.
pub(crate) struct Rendered {
    pub(crate) status: StatusCode,
    pub(crate) kind: Kind,
    pub(crate) body: String,
    pub(crate) lang: &'static str,
    pub(crate) caching: Caching,
    pub(crate) content: ContentPolicy,
    pub(crate) referrer: Referrer,
    pub(crate) accepts_gzip: bool,
}

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        security::protect(&mut headers, self.content, self.referrer);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.kind.content_type()));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.lang));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding, accept-language"));
        headers.insert(CACHE_CONTROL, self.caching.header());
        let mut body = self.body.into_bytes();
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
        kind: Kind::Page,
        body: DEFECT.to_owned(),
        lang: "fr",
        caching: Caching::Forbidden,
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
