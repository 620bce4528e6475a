//! The HTTPS client of calls that leave AWS: to the providers of messages and to the merchants' endpoints.
//!
//! Each client has one pool of connections. A client uses HTTP/1.1, and TLS by rustls with the system's
//! certificates. A client follows no redirect. Each call has a time limit and reads a limited part of its
//! response.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

pub use hyper_util::client::legacy::connect::dns::Name as HostName;

/// A connection that was idle for longer is not used again. Lambda may have frozen the function in between,
/// and a call on a connection that the other side has closed gives no certain outcome.
const MAX_IDLE: Duration = Duration::from_secs(5);

/// The limits of every call of a client.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time to open a connection.
    pub connect: Duration,
    /// The time of the whole call, the opening of a connection included.
    pub call: Duration,
    /// The most bytes of a response body that are read.
    pub body_bytes: usize,
}

/// The schemes that a client calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schemes {
    /// `https` only. A call by `http` fails before it connects.
    HttpsOnly,
    /// `https` and `http`, for servers on this machine.
    HttpsOrHttp,
}

/// A client and its pool of connections. Clones share the pool.
#[derive(Clone)]
pub struct HttpsClient<R = GaiResolver> {
    client: Client<HttpsConnector<HttpConnector<R>>, Full<Bytes>>,
    limits: Limits,
}

/// The response to a call.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body. The body is empty where it was cut short, too large or late; the status is valid then too.
    pub body: Bytes,
}

/// Why a call has no response.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// No connection was opened, so the request was not sent. The source tells why: the error of the
    /// resolver, of the connection or of TLS.
    #[error("no connection")]
    NotConnected(#[source] hyper_util::client::legacy::Error),
    /// The connection ended before the response. The request may have had its effect.
    #[error("the connection ended before the response")]
    BrokenOff,
    /// The time limit passed before the response. The request may have had its effect.
    #[error("no response within the time limit")]
    TimedOut,
}

impl HttpsClient {
    /// A client that finds hosts by the system's resolver. Reads the system's certificates, opens no
    /// connection, and fails where no certificate can be read.
    pub fn new(schemes: Schemes, limits: Limits) -> std::io::Result<Self> {
        Self::with_resolver(GaiResolver::new(), schemes, limits)
    }
}

impl<R> HttpsClient<R> {
    /// As [`HttpsClient::new`], with a resolver of the caller's own. The client connects to no other
    /// addresses than those that the resolver returns.
    pub fn with_resolver(resolver: R, schemes: Schemes, limits: Limits) -> std::io::Result<Self>
    where
        R: Clone,
        HttpsConnector<HttpConnector<R>>: Connect + Clone,
    {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(limits.connect));
        tcp.set_nodelay(true);
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())?;
        let tls = match schemes {
            Schemes::HttpsOnly => tls.https_only(),
            Schemes::HttpsOrHttp => tls.https_or_http(),
        };
        let connector = tls.enable_http1().wrap_connector(tcp);
        let client =
            Client::builder(TokioExecutor::new()).pool_idle_timeout(MAX_IDLE).build(connector);
        Ok(Self { client, limits })
    }

    /// Makes a call: 1 round trip.
    pub async fn call(&self, request: Request<Full<Bytes>>) -> Result<Response, CallError>
    where
        HttpsConnector<HttpConnector<R>>: Connect + Clone + Send + Sync + 'static,
    {
        let deadline = Instant::now() + self.limits.call;
        let response = match timeout_at(deadline, self.client.request(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_connect() => return Err(CallError::NotConnected(error)),
            Ok(Err(_)) => return Err(CallError::BrokenOff),
            Err(_) => return Err(CallError::TimedOut),
        };
        let (head, body) = response.into_parts();
        let body = Limited::new(body, self.limits.body_bytes).collect();
        let body = match timeout_at(deadline, body).await {
            Ok(Ok(body)) => body.to_bytes(),
            Ok(Err(_)) | Err(_) => Bytes::new(),
        };
        Ok(Response { status: head.status, headers: head.headers, body })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    fn client(schemes: Schemes) -> HttpsClient {
        let limits = Limits {
            connect: Duration::from_secs(2),
            call: Duration::from_millis(500),
            body_bytes: 4,
        };
        HttpsClient::new(schemes, limits).unwrap()
    }

    /// Serves one connection: reads a request, then writes `response` and closes, or stays silent.
    async fn serve(response: Option<&'static str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 1024]).await.unwrap() > 0);
            match response {
                Some(response) => stream.write_all(response.as_bytes()).await.unwrap(),
                None => std::future::pending().await,
            }
        });
        url
    }

    async fn get(url: &str, schemes: Schemes) -> Result<Response, CallError> {
        client(schemes).call(Request::get(url).body(Full::default()).unwrap()).await
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_dropped_and_its_status_holds() {
        for (body, read) in [("1234", "1234"), ("12345", "")] {
            let length = body.len();
            let text = format!("HTTP/1.1 202 A\r\ncontent-length: {length}\r\n\r\n{body}");
            let url = serve(Some(text.leak())).await;
            let response = get(&url, Schemes::HttpsOrHttp).await.unwrap();
            assert_eq!(response.status, StatusCode::ACCEPTED);
            assert_eq!(response.body, read);
        }
    }

    #[tokio::test]
    async fn a_call_without_a_response_tells_how_far_it_came() {
        let closed = get(&serve(Some("")).await, Schemes::HttpsOrHttp).await;
        assert!(matches!(closed, Err(CallError::BrokenOff)), "{closed:?}");
        let silent = get(&serve(None).await, Schemes::HttpsOrHttp).await;
        assert!(matches!(silent, Err(CallError::TimedOut)), "{silent:?}");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let nowhere = format!("http://{}/", listener.local_addr().unwrap());
        drop(listener);
        let refused = get(&nowhere, Schemes::HttpsOrHttp).await;
        assert!(matches!(refused, Err(CallError::NotConnected(_))), "{refused:?}");
    }

    #[tokio::test]
    async fn a_client_of_https_only_sends_nothing_by_http() {
        let url = serve(Some("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")).await;
        let refused = get(&url, Schemes::HttpsOnly).await;
        assert!(matches!(refused, Err(CallError::NotConnected(_))), "{refused:?}");
    }
}
