//! The HTTPS client of merchants' endpoints: it calls only public addresses, follows no redirect, and reads
//! little of a response.

use bytes::Bytes;
use domain::webhook::{Reach, WebhookUrl};
use futures::future::BoxFuture;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use http_body_util::Full;
use https_client::{CallError, HostName, HttpsClient, Limits, Schemes};
use platform::internet::{HostError, addresses};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;
use tower::Service;

/// The limits of a post: 2 seconds for a connection, 10 for the post, and 4 KB of a response, which are read only so
/// that the connection can be used again.
pub const POST_LIMITS: Limits =
    Limits { connect: Duration::from_secs(2), call: Duration::from_secs(10), body_bytes: 4_096 };

/// The client of merchants' endpoints; one for an instance.
pub struct WebhookClient {
    client: HttpsClient,
    reach: Reach,
}

/// The headers by which a receiver verifies a post.
pub(crate) struct SignatureHeaders<'a> {
    /// The identifier of the event.
    pub(crate) id: &'a str,
    /// The second of the attempt.
    pub(crate) second: i64,
    /// The signature, from [`crate::signature::sign`].
    pub(crate) signature: &'a str,
}

/// Why an endpoint did not accept a post. `Display` is the code that the endpoint's record shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PostError {
    /// The status of the response is not 2xx. A redirect is not followed.
    #[error("http_{0}")]
    Status(u16),
    /// There was no response within the time limit.
    #[error("timeout")]
    Timeout,
    /// There was no connection, or the TLS handshake failed.
    #[error("no_connection")]
    NoConnection,
    /// The connection ended before the response.
    #[error("broken_off")]
    BrokenOff,
    /// The host does not resolve.
    #[error("host_unknown")]
    HostUnknown,
    /// The host has an address that is not public.
    #[error("address_not_public")]
    NotPublic,
}

impl WebhookClient {
    /// Reads the system's certificates, and opens no connection. Fails where no certificate can be read.
    pub fn new(reach: Reach) -> std::io::Result<Self> {
        Self::with_timeout(reach, POST_LIMITS.call)
    }

    /// As [`WebhookClient::new`], with another time limit than ten seconds for a post.
    pub fn with_timeout(reach: Reach, timeout: Duration) -> std::io::Result<Self> {
        let schemes = match reach {
            Reach::Public => Schemes::HttpsOnly,
            Reach::Anywhere => Schemes::HttpsOrHttp,
        };
        let limits = Limits { call: timeout, ..POST_LIMITS };
        let client = HttpsClient::with_resolver(Resolver(reach), schemes, limits)?;
        Ok(Self::over(client, reach))
    }

    /// Posts by a client of the caller's own, which sets the limits of a post. The transport of this client must
    /// connect to no address outside `reach`: this type checks only the address that is written in a URL.
    #[must_use]
    pub const fn over(client: HttpsClient, reach: Reach) -> Self {
        Self { client, reach }
    }

    /// Posts a body: 1 round trip.
    pub(crate) async fn post(
        &self,
        url: &WebhookUrl,
        headers: SignatureHeaders<'_>,
        body: &str,
    ) -> Result<(), PostError> {
        if !url.is_within(self.reach) {
            return Err(PostError::NotPublic);
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(url.uri().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "ZeroSix-Webhooks/1")
            .header("webhook-id", headers.id)
            .header("webhook-timestamp", headers.second)
            .header("webhook-signature", headers.signature)
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .map_err(|_| PostError::NoConnection)?;
        match self.client.call(request).await {
            Ok(response) if response.status.is_success() => Ok(()),
            Ok(response) => Err(PostError::Status(response.status.as_u16())),
            Err(CallError::NotConnected(error)) => Err(connection_error(&*error)),
            Err(CallError::BrokenOff) => Err(PostError::BrokenOff),
            Err(CallError::TimedOut) => Err(PostError::Timeout),
        }
    }
}

fn connection_error(error: &(dyn std::error::Error + 'static)) -> PostError {
    let mut source = Some(error);
    while let Some(error) = source {
        match error.downcast_ref::<HostError>() {
            Some(HostError::Unknown) => return PostError::HostUnknown,
            Some(HostError::NotPublic) => return PostError::NotPublic,
            None => source = error.source(),
        }
    }
    PostError::NoConnection
}

/// Resolves a host, and returns no address where one of them is not public. The connector connects to the returned
/// addresses only, so no second look-up can lead elsewhere.
#[derive(Clone)]
struct Resolver(Reach);

impl Service<HostName> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = HostError;
    type Future = BoxFuture<'static, Result<Self::Response, HostError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), HostError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: HostName) -> Self::Future {
        let reach = self.0;
        // The connector sets the port.
        Box::pin(async move { Ok(addresses(name.as_str(), 0, reach).await?.into_iter()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;
    use https_client::{BoxError, ResponseBody, Transport, TransportError};
    use rstest::rstest;
    use std::sync::Arc;

    /// A transport that reaches no host.
    struct Unconnected(fn() -> TransportError);

    impl Transport for Unconnected {
        fn send(
            &self,
            _: Request<Full<Bytes>>,
        ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
            Box::pin(async { Err((self.0)()) })
        }
    }

    fn not_connected(source: impl Into<BoxError>) -> TransportError {
        TransportError::NotConnected(source.into())
    }

    #[rstest]
    #[case(|| not_connected(HostError::Unknown), PostError::HostUnknown)]
    #[case(|| not_connected(HostError::NotPublic), PostError::NotPublic)]
    #[case(|| not_connected(not_connected(HostError::NotPublic)), PostError::NotPublic)]
    #[case(|| not_connected("refused"), PostError::NoConnection)]
    #[case(|| TransportError::BrokenOff, PostError::BrokenOff)]
    #[tokio::test]
    async fn an_error_tells_why_the_endpoint_was_not_reached(
        #[case] error: fn() -> TransportError,
        #[case] expected: PostError,
    ) {
        let limits = Limits { body_bytes: 0, ..POST_LIMITS };
        let client = HttpsClient::over(Arc::new(Unconnected(error)), limits);
        let url = WebhookUrl::parse("https://example.com/hook", Reach::Public).unwrap();
        let headers = SignatureHeaders { id: "evt_1", second: 0, signature: "v1,x" };
        let posted = WebhookClient::over(client, Reach::Public).post(&url, headers, "{}").await;
        assert_eq!(posted, Err(expected));
    }
}
