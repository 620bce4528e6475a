//! The interface of a provider that the sandbox imitates.

use crate::callback_queue::CallbackQueue;
use axum::Router;
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// A provider that the sandbox imitates.
pub(crate) trait Provider: Send + Sync {
    /// The provider's name: the first segment of its paths, and its key in the control calls.
    fn name(&self) -> &'static str;

    /// The routes of the provider's API.
    fn routes(self: Arc<Self>) -> Router;

    /// The queue of the provider's callbacks.
    fn callbacks(&self) -> &CallbackQueue;

    /// The callback for an SMS that a person sends. `None` for a provider that carries no SMS.
    fn inbound(&self, sms: &InboundSms, now: Timestamp) -> Option<String>;

    /// Forgets every call. The callback address stays.
    fn clear(&self);
}

/// An SMS that a person sends to one of our senders.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InboundSms {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) body: String,
    /// The provider that receives the SMS. The default is the first provider that carries SMS.
    #[serde(default)]
    pub(crate) provider: Option<String>,
}
