//! HTTPS to a merchant's endpoint: nothing but the addresses that may be reached, no redirect followed,
//! little of an answer read.

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

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long the whole of a post may take.
const WHOLE: Duration = Duration::from_secs(10);
/// The most bytes of an answer that are read, only so that the connection can be used again.
const ANSWER: usize = 4_096;

/// Who posts; one a function.
pub struct WebhookClient {
    client: HttpsClient<Resolver>,
    reach: Reach,
}

/// The headers that a receiver verifies a post by.
pub(crate) struct SignatureHeaders<'a> {
    /// The event.
    pub(crate) id: &'a str,
    /// The second of the attempt.
    pub(crate) second: i64,
    /// What [`crate::sign`] gives.
    pub(crate) signature: &'a str,
}

/// Why a post was not taken, as an endpoint's record tells it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotTaken {
    /// An answer that is no 2xx; a redirect is none.
    #[error("http_{0}")]
    Status(u16),
    /// No answer within ten seconds.
    #[error("timeout")]
    Timeout,
    /// No connection, or one without the security that https asks for.
    #[error("no_connection")]
    NoConnection,
    /// The connection ended before an answer.
    #[error("broken_off")]
    BrokenOff,
    /// The host has no address.
    #[error("host_unknown")]
    HostUnknown,
    /// The host leads to an address that is not public.
    #[error("address_not_public")]
    NotPublic,
}

impl WebhookClient {
    /// Opens nothing yet; reads the system's certificates.
    ///
    /// # Errors
    /// Where the system has no certificate that can be read.
    pub fn new(reach: Reach) -> std::io::Result<Self> {
        Self::limited(reach, WHOLE)
    }

    /// As [`WebhookClient::new`], with another limit than ten seconds for the whole of a post.
    ///
    /// # Errors
    /// As [`WebhookClient::new`].
    pub fn limited(reach: Reach, whole: Duration) -> std::io::Result<Self> {
        let schemes = match reach {
            Reach::Public => Schemes::HttpsOnly,
            Reach::Anywhere => Schemes::HttpsOrHttp,
        };
        let limits = Limits { connect: CONNECT, call: whole, body_bytes: ANSWER };
        let client = HttpsClient::with_resolver(Resolver(reach), schemes, limits)?;
        Ok(Self { client, reach })
    }

    /// Posts a body: 1 round trip.
    pub(crate) async fn post(
        &self,
        url: &WebhookUrl,
        seal: SignatureHeaders<'_>,
        body: &str,
    ) -> Result<(), NotTaken> {
        if !url.is_within(self.reach) {
            return Err(NotTaken::NotPublic);
        }
        let request = Request::builder()
            .method(Method::POST)
            .uri(url.uri().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "ZeroSix-Webhooks/1")
            .header("webhook-id", seal.id)
            .header("webhook-timestamp", seal.second)
            .header("webhook-signature", seal.signature)
            .body(Full::new(Bytes::copy_from_slice(body.as_bytes())))
            .map_err(|_| NotTaken::NoConnection)?;
        match self.client.call(request).await {
            Ok(response) if response.status.is_success() => Ok(()),
            Ok(response) => Err(NotTaken::Status(response.status.as_u16())),
            Err(CallError::NotConnected(error)) => Err(why_not_connected(&error)),
            Err(CallError::BrokenOff) => Err(NotTaken::BrokenOff),
            Err(CallError::TimedOut) => Err(NotTaken::Timeout),
        }
    }
}

fn why_not_connected(error: &(dyn std::error::Error + 'static)) -> NotTaken {
    let mut source = error.source();
    while let Some(error) = source {
        match error.downcast_ref::<HostError>() {
            Some(HostError::Unknown) => return NotTaken::HostUnknown,
            Some(HostError::NotPublic) => return NotTaken::NotPublic,
            None => source = error.source(),
        }
    }
    NotTaken::NoConnection
}

/// Looks a name up, and gives none of its addresses where one may not be reached: what is connected to
/// is what was looked at.
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
