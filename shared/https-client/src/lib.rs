//! The HTTPS client of calls that leave AWS: to the providers of messages and to the merchants' endpoints.
//!
//! A client follows no redirect. Each call has a time limit and reads a limited part of its response. The usual
//! transport is a pool of connections, with HTTP/1.1, and with TLS by rustls and the system's certificates.

mod pool;
mod transport;

use crate::pool::Pool;
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::dns::GaiResolver;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

pub use crate::transport::{BoxError, CutShort, ResponseBody, Transport, TransportError};
pub use hyper_util::client::legacy::connect::dns::Name as HostName;

/// The limits of every call of a client.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time to open a connection. The pool of connections has this limit, and a transport of the caller's own
    /// does not.
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

/// A client and its transport. Clones share the transport.
#[derive(Clone)]
pub struct HttpsClient {
    transport: Arc<dyn Transport>,
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
    /// No connection was opened, so the request was not sent. The source, or a source of it, tells why: the error
    /// of the resolver, of the connection or of TLS.
    #[error("no connection")]
    NotConnected(#[source] BoxError),
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

    /// As [`HttpsClient::new`], with a resolver of the caller's own. The client connects to no other
    /// addresses than those that the resolver returns.
    pub fn with_resolver<R>(resolver: R, schemes: Schemes, limits: Limits) -> std::io::Result<Self>
    where
        HttpsConnector<HttpConnector<R>>: Connect + Clone + Send + Sync + 'static,
    {
        let pool = Pool::new(resolver, schemes, limits.connect)?;
        Ok(Self::over(Arc::new(pool), limits))
    }

    /// A client with a transport of the caller's own.
    #[must_use]
    pub fn over(transport: Arc<dyn Transport>, limits: Limits) -> Self {
        Self { transport, limits }
    }

    /// Makes a call: 1 round trip.
    pub async fn call(&self, request: Request<Full<Bytes>>) -> Result<Response, CallError> {
        let deadline = Instant::now() + self.limits.call;
        let response = match timeout_at(deadline, self.transport.send(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(TransportError::NotConnected(error))) => {
                return Err(CallError::NotConnected(error));
            }
            Ok(Err(TransportError::BrokenOff)) => return Err(CallError::BrokenOff),
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
    use futures::future::BoxFuture;
    use futures::stream;
    use http_body_util::StreamBody;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    const LIMITS: Limits =
        Limits { connect: Duration::from_secs(2), call: Duration::from_millis(500), body_bytes: 4 };

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
        call(&HttpsClient::new(schemes, LIMITS).unwrap(), url).await
    }

    async fn call(client: &HttpsClient, url: &str) -> Result<Response, CallError> {
        client.call(Request::get(url).body(Full::default()).unwrap()).await
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

    /// Does by the path of a request what is asked there, without a connection.
    struct Scripted;

    impl Transport for Scripted {
        fn send(
            &self,
            request: Request<Full<Bytes>>,
        ) -> BoxFuture<'_, Result<http::Response<ResponseBody>, TransportError>> {
            Box::pin(async move {
                let body = match request.uri().path() {
                    "/answer" => Full::from("1234").map_err(|_| CutShort).boxed_unsync(),
                    "/short-body" => {
                        StreamBody::new(stream::once(async { Err(CutShort) })).boxed_unsync()
                    }
                    "/late-body" => StreamBody::new(stream::pending()).boxed_unsync(),
                    "/not-connected" => {
                        return Err(TransportError::NotConnected("no such host".into()));
                    }
                    "/broken-off" => return Err(TransportError::BrokenOff),
                    _ => std::future::pending().await,
                };
                Ok(http::Response::builder().status(202).body(body).unwrap())
            })
        }
    }

    #[tokio::test]
    async fn a_call_over_another_transport_has_the_same_limits_and_errors() {
        let client = HttpsClient::over(Arc::new(Scripted), LIMITS);
        for (path, read) in [("answer", "1234"), ("short-body", ""), ("late-body", "")] {
            let response = call(&client, &format!("https://example.com/{path}")).await.unwrap();
            assert_eq!((response.status, response.body), (StatusCode::ACCEPTED, read.into()));
        }
        let refused = call(&client, "https://example.com/not-connected").await;
        let Err(CallError::NotConnected(source)) = refused else { panic!("{refused:?}") };
        assert_eq!(source.to_string(), "no such host");
        let broken = call(&client, "https://example.com/broken-off").await;
        assert!(matches!(broken, Err(CallError::BrokenOff)), "{broken:?}");
        let silent = call(&client, "https://example.com/silent").await;
        assert!(matches!(silent, Err(CallError::TimedOut)), "{silent:?}");
    }
}
