//! One HTTP/1.1 client for the harness's own calls.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

/// A client that keeps its connections open between calls.
#[derive(Clone)]
pub(crate) struct HttpClient(
    Client<hyper_util::client::legacy::connect::HttpConnector, Full<Bytes>>,
);

impl HttpClient {
    pub(crate) fn new() -> Self {
        let mut connector = hyper_util::client::legacy::connect::HttpConnector::new();
        connector.set_nodelay(true);
        Self(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// Sends a request and reads the whole answer. A local server that does not answer is a bug of the
    /// bench, so there is no error.
    pub(crate) async fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let answer = self.0.request(request.map(Full::new)).await.expect("a local server answers");
        let (head, body) = answer.into_parts();
        Response::from_parts(head, body.collect().await.expect("a whole body").to_bytes())
    }
}
