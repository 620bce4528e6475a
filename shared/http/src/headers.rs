//! The headers that this API adds to those of HTTP.

use axum::http::HeaderName;

/// The key of a request that may be sent again, as requests spell it.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
/// The header that is `true` on the answer to a request that was carried out before.
pub const IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The name of the software that calls, where a browser forbids a page to set `User-Agent`.
pub const X_TILL_SOFTWARE: HeaderName = HeaderName::from_static("x-till-software");
