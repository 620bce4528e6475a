//! Removes what the pages of this site have stored in the browser.

use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponseParts, ResponseParts};
use std::convert::Infallible;

/// A part of a response that makes the browser remove what the scripts of the site have stored, and the site's service
/// workers (`Clear-Site-Data`, Safari since version 17). Cookies stay, because a browser clears those of the whole
/// domain. The HTTP cache stays too: it has no page of a person, and Chrome takes seconds to clear it.
#[derive(Debug, Clone, Copy)]
pub struct ClearStorage;

impl IntoResponseParts for ClearStorage {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Infallible> {
        let name = HeaderName::from_static("clear-site-data");
        parts.headers_mut().insert(name, HeaderValue::from_static("\"storage\""));
        Ok(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    #[test]
    fn storage_is_cleared_and_the_http_cache_is_not() {
        let answer = (ClearStorage, "").into_response();
        assert_eq!(answer.headers()["clear-site-data"], "\"storage\"");
    }
}
