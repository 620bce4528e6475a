//! Calls to the providers: their limits, and the parts of a response that all adapters read.

use https_client::{HttpsClient, Limits, Response, Schemes};
use std::time::Duration;

/// The limits of a call: 2 seconds for a connection, 15 for the call, and 1 MiB of a response. A response with 500
/// message ids has 40 KB.
pub const CALL_LIMITS: Limits =
    Limits { connect: Duration::from_secs(2), call: Duration::from_secs(15), body_bytes: 1 << 20 };

/// The client of all providers, with [`CALL_LIMITS`]. Reads the system's certificates, opens no connection, and fails
/// where no certificate can be read.
pub fn https_client() -> std::io::Result<HttpsClient> {
    HttpsClient::new(Schemes::HttpsOrHttp, CALL_LIMITS)
}

/// The code of an error: the `code` of the response's JSON where it is a code and no prose, otherwise the
/// status: `http_400`. Prose could hold a recipient's address.
pub(crate) fn error_code(response: &Response) -> String {
    #[derive(serde::Deserialize)]
    struct Body {
        code: String,
    }
    let is_code = |code: &str| {
        (1..=64).contains(&code.len())
            && code.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-.".contains(&byte))
    };
    match serde_json::from_slice::<Body>(&response.body) {
        Ok(body) if is_code(&body.code) => body.code,
        _ => format!("http_{}", response.status.as_u16()),
    }
}

/// The value of a header that counts seconds.
pub(crate) fn header_seconds(response: &Response, header: &str) -> Option<Duration> {
    let seconds = response.headers.get(header)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};
    use rstest::rstest;

    #[rstest]
    #[case(r#"{"code":"invalid_parameter","message":"a@example.com"}"#, "invalid_parameter")]
    #[case(r#"{"code":"a@example.com is not valid"}"#, "http_400")]
    #[case(r#"{"code":42}"#, "http_400")]
    #[case("<html>", "http_400")]
    #[case("", "http_400")]
    fn a_code_is_the_providers_code_and_never_prose(
        #[case] body: &'static str,
        #[case] code: &str,
    ) {
        let response = Response {
            status: StatusCode::BAD_REQUEST,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        };
        assert_eq!(error_code(&response), code);
    }
}
