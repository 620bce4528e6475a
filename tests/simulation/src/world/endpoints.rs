//! The endpoints of merchants' webhooks, which accept every event.

use super::call::Call;
use bytes::Bytes;
use http::Response;
use std::sync::{Mutex, PoisonError};

/// An event that an endpoint received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReceivedEvent {
    /// The address of the endpoint.
    pub(crate) url: String,
    /// The identifier of the event, which is the same for each delivery of it.
    pub(crate) id: String,
    /// The body.
    pub(crate) body: String,
}

/// The endpoints.
#[derive(Default)]
pub(crate) struct Endpoints(Mutex<Vec<ReceivedEvent>>);

impl Endpoints {
    pub(super) fn answer(&self, call: &Call) -> Response<Bytes> {
        let request = &call.request;
        let id = request.headers().get("webhook-id").and_then(|id| id.to_str().ok());
        let event = ReceivedEvent {
            url: request.uri().to_string(),
            id: id.unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body()).into_owned(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        Response::new(Bytes::new())
    }

    /// The events that were received, in their order.
    pub(crate) fn received(&self) -> Vec<ReceivedEvent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
