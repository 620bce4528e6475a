//! Webhooks: the endpoints of a merchant's software, their secrets, and the events they receive.

pub(crate) mod changes;
pub(crate) mod endpoint;
pub(crate) mod events;
pub(crate) mod health;
pub(crate) mod manage;
pub(crate) mod read;
pub(crate) mod secret;
