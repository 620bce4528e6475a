//! Webhooks: the endpoints that receive a merchant's events. The operator sets them with the merchant's
//! developer, who keeps the secret.

pub(crate) mod endpoint;
pub(crate) mod queue_client;
mod read;
pub(crate) mod replay;
mod request;
mod response;
