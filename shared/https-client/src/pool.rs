//! The usual transport: a pool of connections, by TCP and TLS.

use crate::Schemes;
use crate::transport::{CutShort, ResponseBody, Transport, TransportError};
use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::time::Duration;

/// A connection that was idle for longer is not used again. Lambda may have frozen the function in between,
/// and a call on a connection that the other side has closed gives no certain outcome.
const MAX_IDLE: Duration = Duration::from_secs(5);

/// A pool of connections.
pub(crate) struct Pool<C> {
    client: Client<C, Full<Bytes>>,
}

impl<R> Pool<HttpsConnector<HttpConnector<R>>> {
    /// Reads the system's certificates, opens no connection, and fails where no certificate can be read.
    pub(crate) fn new(
        resolver: R,
        schemes: Schemes,
        connect_timeout: Duration,
    ) -> std::io::Result<Self>
    where
        HttpsConnector<HttpConnector<R>>: Connect + Clone,
    {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(connect_timeout));
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
        Ok(Self { client })
    }
}

impl<C> Transport for Pool<C>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>> {
        let response = self.client.request(request);
        Box::pin(async move {
            match response.await {
                Ok(response) => Ok(response.map(|body| body.map_err(|_| CutShort).boxed_unsync())),
                Err(error) if error.is_connect() => Err(TransportError::NotConnected(error.into())),
                Err(_) => Err(TransportError::BrokenOff),
            }
        })
    }
}
