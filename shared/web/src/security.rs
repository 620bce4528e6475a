//! The headers that protect a page and its reader.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// Everything that a page loads comes from the same origin. Pico's icons are `data:` pictures.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     connect-src 'self'; img-src 'self' data:; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'";
/// The policy of a page with a message in a `srcdoc` frame, which inherits the policy of the page. Messages have
/// styles in their elements, and pictures on other sites. Scripts stay those of the same origin, and the attribute
/// `sandbox` of the frame allows none.
const EMBEDDING_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     font-src 'self'; connect-src 'self'; img-src 'self' data: http: https:; manifest-src 'self'; \
     frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What a page may load and show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentPolicy {
    /// What comes from the same origin.
    OwnOrigin,
    /// Also a message in a frame, with its styles and its pictures.
    EmbeddedMessage,
}

/// Where a browser may say which page it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Referrer {
    /// Nowhere. An old browser then sends `Origin: null` with a form.
    Nobody,
    /// To pages of the same origin.
    OwnOrigin,
}

/// The headers of every answer.
pub(crate) fn transport() -> [(HeaderName, HeaderValue); 2] {
    [
        (STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ]
}

/// The headers of a page.
pub(crate) fn protect(headers: &mut HeaderMap, content: ContentPolicy, referrer: Referrer) {
    let content = match content {
        ContentPolicy::OwnOrigin => CONTENT_POLICY,
        ContentPolicy::EmbeddedMessage => EMBEDDING_POLICY,
    };
    let referrer = match referrer {
        Referrer::Nobody => "no-referrer",
        Referrer::OwnOrigin => "same-origin",
    };
    headers.extend(transport());
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, content),
        (REFERRER_POLICY, referrer),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
