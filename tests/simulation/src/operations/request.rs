//! A request of a till, of a back office or of the operator.

use crate::known::merchant::Key;
use crate::world::OPERATOR_KEY;
use crate::world::function::Function;
use bytes::Bytes;
use http::{Method, Request};
use serde_json::Value;

/// The software that sends the requests.
const SOFTWARE: &str = "Simulation/1.0";

/// A request, which can be sent several times.
#[derive(Debug, Clone)]
pub(crate) struct ApiRequest {
    pub(crate) function: Function,
    pub(crate) operation: &'static str,
    pub(crate) method: Method,
    pub(crate) path: String,
    authorization: Option<String>,
    content: Content,
    idempotency_key: Option<String>,
}

#[derive(Debug, Clone)]
enum Content {
    None,
    Json(Value),
    Text(&'static str, String),
}

impl ApiRequest {
    fn new(method: Method, operation: &'static str, path: String) -> Self {
        let (authorization, content, idempotency_key) = (None, Content::None, None);
        let function = Function::Api;
        Self { function, operation, method, path, authorization, content, idempotency_key }
    }

    pub(crate) fn get(operation: &'static str, path: String) -> Self {
        Self::new(Method::GET, operation, path)
    }

    pub(crate) fn post(operation: &'static str, path: String) -> Self {
        Self::new(Method::POST, operation, path)
    }

    pub(crate) fn put(operation: &'static str, path: String) -> Self {
        Self::new(Method::PUT, operation, path)
    }

    pub(crate) fn patch(operation: &'static str, path: String) -> Self {
        Self::new(Method::PATCH, operation, path)
    }

    pub(crate) fn delete(operation: &'static str, path: String) -> Self {
        Self::new(Method::DELETE, operation, path)
    }

    /// A request of a key.
    pub(crate) fn by(self, key: &Key) -> Self {
        self.by_secret(&key.secret)
    }

    /// A request of the key with a secret.
    pub(crate) fn by_secret(mut self, secret: &str) -> Self {
        self.authorization = Some(format!("Token {secret}"));
        self
    }

    /// A request of the operator.
    pub(crate) fn by_operator(mut self) -> Self {
        self.authorization = Some(format!("Token {OPERATOR_KEY}"));
        self
    }

    pub(crate) fn json(mut self, body: Value) -> Self {
        self.content = Content::Json(body);
        self
    }

    pub(crate) fn text(mut self, content_type: &'static str, body: String) -> Self {
        self.content = Content::Text(content_type, body);
        self
    }

    pub(crate) fn under(mut self, idempotency_key: String) -> Self {
        self.idempotency_key = Some(idempotency_key);
        self
    }

    /// A request to a public page.
    pub(crate) fn to(mut self, function: Function) -> Self {
        self.function = function;
        self
    }

    /// The secret of the key that sends the request.
    pub(crate) fn secret(&self) -> Option<&str> {
        self.authorization.as_ref()?.strip_prefix("Token ")
    }

    /// The body: JSON, a text, or null.
    pub(crate) fn body(&self) -> Value {
        match &self.content {
            Content::None => Value::Null,
            Content::Json(body) => body.clone(),
            Content::Text(_, text) => text.as_str().into(),
        }
    }

    /// The request as it is sent.
    pub(crate) fn build(&self) -> Request<Bytes> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header("user-agent", SOFTWARE);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(key) = &self.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let body = match &self.content {
            Content::None => Bytes::new(),
            Content::Json(body) => {
                request = request.header("content-type", "application/json");
                body.to_string().into()
            }
            Content::Text(content_type, text) => {
                request = request.header("content-type", *content_type);
                text.clone().into()
            }
        };
        request.body(body).expect("a request")
    }
}
