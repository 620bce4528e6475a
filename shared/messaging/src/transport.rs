//! HTTP to the providers: one pool of connections a function, each call with a time limit.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// The most bytes of an answer that are read: some 500 message ids are 40 KB.
const LARGEST_ANSWER: usize = 1 << 20;

/// A connection idle for longer is not used again: a function may have been frozen in between, and a
/// call on a connection that the other side has given up would come to «may have been sent».
const IDLE: Duration = Duration::from_secs(5);

/// The clients' pool of connections; clones share it. A connection may take 2 seconds, a call 15.
#[derive(Clone)]
pub struct Transport {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    limit: Duration,
}

impl Transport {
    /// Opens nothing yet; reads the system's certificates.
    ///
    /// # Errors
    /// Where the system has no certificate that can be read.
    pub fn new() -> std::io::Result<Self> {
        Self::limited(Duration::from_secs(2), Duration::from_secs(15))
    }

    pub(crate) fn limited(connect: Duration, call: Duration) -> std::io::Result<Self> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(connect));
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(https);
        Ok(Self { client, limit: call })
    }

    /// One round trip. An answer whose body was cut short still tells its status.
    pub(crate) async fn call(&self, request: Request<Full<Bytes>>) -> Result<Answer, CallError> {
        let deadline = Instant::now() + self.limit;
        let response = match timeout_at(deadline, self.client.request(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_connect() => return Err(CallError::NotConnected),
            Ok(Err(_)) | Err(_) => return Err(CallError::NoAnswer),
        };
        let (head, body) = response.into_parts();
        let body = match timeout_at(deadline, Limited::new(body, LARGEST_ANSWER).collect()).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) | Err(_) => Bytes::new(),
        };
        Ok(Answer { status: head.status, headers: head.headers, body })
    }
}

/// What a provider answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// Empty where it was not received whole.
    pub(crate) body: Bytes,
}

impl Answer {
    /// The code of an error's body, where it is one and no prose, else the status: `http_400`.
    pub(crate) fn code(&self) -> String {
        #[derive(serde::Deserialize)]
        struct Body {
            code: String,
        }
        let is_code = |code: &str| {
            (1..=64).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_lowercase() || b"_-.".contains(&byte))
        };
        match serde_json::from_slice::<Body>(&self.body) {
            Ok(body) if is_code(&body.code) => body.code,
            _ => format!("http_{}", self.status.as_u16()),
        }
    }

    /// A header that counts seconds.
    pub(crate) fn seconds(&self, header: &str) -> Option<Duration> {
        let seconds = self.headers.get(header)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }
}

/// Why there was no answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CallError {
    /// No connection: nothing left this machine.
    NotConnected,
    /// None in time, or the connection was lost: the call may have had its effect.
    NoAnswer,
}

/// Where a provider's API stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(String);

/// An address that no call may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an https address without a query, or http on 127.0.0.1 or localhost")]
pub struct BaseUrlError;

impl BaseUrl {
    /// Reads an address: https, or plain http to this machine, for the local stack.
    ///
    /// # Errors
    /// [`BaseUrlError`].
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let text = text.trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|_| BaseUrlError)?;
        let is_here = matches!(uri.host(), Some("127.0.0.1" | "localhost"));
        let is_allowed = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => is_here,
            _ => false,
        };
        let is_plain = uri.query().is_none()
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if is_allowed && is_plain { Ok(Self(text.to_owned())) } else { Err(BaseUrlError) }
    }

    /// The address of a path below it, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://api.brevo.com", true)]
    #[case("https://api.brevo.com/", true)]
    #[case("http://127.0.0.1:4600/brevo", true)]
    #[case("http://localhost:4600/brevo", true)]
    #[case("http://api.brevo.com", false)]
    #[case("http://127.0.0.1.example.com", false)]
    #[case("http://127.0.0.1@example.com", false)]
    #[case("https://key@api.brevo.com", false)]
    #[case("https://api.brevo.com?a=b", false)]
    #[case("ftp://127.0.0.1", false)]
    #[case("api.brevo.com", false)]
    #[case("", false)]
    fn calls_go_by_https_or_to_this_machine(#[case] text: &str, #[case] allowed: bool) {
        assert_eq!(BaseUrl::parse(text).is_ok(), allowed);
    }

    #[test]
    fn a_path_is_joined_with_one_slash() {
        let base = BaseUrl::parse("http://localhost:4600/brevo/").unwrap();
        assert_eq!(base.join("/v3/smtp/email"), "http://localhost:4600/brevo/v3/smtp/email");
    }

    #[rstest]
    #[case(r#"{"code":"invalid_parameter","message":"a@example.com"}"#, "invalid_parameter")]
    #[case(r#"{"code":"a@example.com is not valid"}"#, "http_400")]
    #[case(r#"{"code":42}"#, "http_400")]
    #[case("<html>", "http_400")]
    #[case("", "http_400")]
    fn a_code_is_the_providers_and_never_prose(#[case] body: &'static str, #[case] code: &str) {
        let answer = Answer {
            status: StatusCode::BAD_REQUEST,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        };
        assert_eq!(answer.code(), code);
    }
}
