//! HTTPS to a merchant's endpoint: nothing but the addresses that may be reached, no redirect followed,
//! little of an answer read.

use bytes::Bytes;
use domain::webhook::{Reach, WebhookUrl};
use futures::future::BoxFuture;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioExecutor;
use platform::internet::{HostError, addresses};
use std::net::SocketAddr;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use tower::Service;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// How long the whole of a post may take.
const WHOLE: Duration = Duration::from_secs(10);
/// A connection idle for longer is not used again: the function may have been frozen in between.
const IDLE: Duration = Duration::from_secs(5);
/// The most bytes of an answer that are read, only so that the connection can be used again.
const ANSWER: usize = 4_096;

/// Who posts; one a function.
pub struct WebhookClient {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    reach: Reach,
    whole: Duration,
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
        let mut tcp = HttpConnector::new_with_resolver(Resolver(reach));
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT));
        tcp.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
        let https = match reach {
            Reach::Public => https.https_only(),
            Reach::Anywhere => https.https_or_http(),
        };
        let https = https.enable_http1().wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(IDLE).build(https);
        Ok(Self { client, reach, whole })
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
        let deadline = Instant::now() + self.whole;
        let response = match timeout_at(deadline, self.client.request(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_connect() => return Err(why_not_connected(&error)),
            Ok(Err(_)) => return Err(NotTaken::BrokenOff),
            Err(_) => return Err(NotTaken::Timeout),
        };
        let (head, body) = response.into_parts();
        // What it says is nothing to us, and its status stands however the body ends.
        let _ = timeout_at(deadline, Limited::new(body, ANSWER).collect()).await;
        if head.status.is_success() { Ok(()) } else { Err(NotTaken::Status(head.status.as_u16())) }
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

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = HostError;
    type Future = BoxFuture<'static, Result<Self::Response, HostError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), HostError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.0;
        // The connector sets the port.
        Box::pin(async move { Ok(addresses(name.as_str(), 0, reach).await?.into_iter()) })
    }
}
