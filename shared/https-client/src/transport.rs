//! The transport of a client: it carries a request to a server, and the response back.

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use http_body_util::Full;
use http_body_util::combinators::UnsyncBoxBody;

/// An error of any type.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a response, which may still be on its way.
pub type ResponseBody = UnsyncBoxBody<Bytes, CutShort>;

/// The connection ended before the end of a body.
#[derive(Debug, thiserror::Error)]
#[error("the body was cut short")]
pub struct CutShort;

/// Carries requests to servers. The client that owns the transport limits the time of a call and the size of a
/// body, and drops the future or the body of a call that takes longer.
pub trait Transport: Send + Sync {
    /// Sends a request, and returns the response once its headers are there.
    fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> BoxFuture<'_, Result<Response<ResponseBody>, TransportError>>;
}

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No connection was opened, so the request was not sent. The source, or a source of it, tells why.
    #[error("no connection")]
    NotConnected(#[source] BoxError),
    /// The connection ended before the response. The request may have had its effect.
    #[error("the connection ended before the response")]
    BrokenOff,
}
