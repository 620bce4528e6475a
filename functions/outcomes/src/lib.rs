//! The outcomes of messages. The events of providers become delivered and bounced messages, and oppositions. Each
//! event counts once, in whatever order and however often it is delivered.

mod context;
mod dispatch;
mod event;
mod oppositions;
mod receipts;
mod soft_bounces;

pub use context::{App, OutcomeError};
pub use dispatch::handle;
