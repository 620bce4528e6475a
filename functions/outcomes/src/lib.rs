//! Records the outcomes of messages. The events of providers become delivered messages, bounced messages and
//! oppositions. Each event counts once, even where events come in another order or more than once.

mod context;
mod dispatch;
mod event;
mod inbound_texts;
mod oppositions;
mod receipts;
mod short_code;
mod soft_bounces;

pub use context::{App, OutcomeError};
pub use dispatch::handle;
