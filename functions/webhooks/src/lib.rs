//! Notifies merchants' software of changes. Changes of the table become events. Every event is signed, and
//! posted at least once to each endpoint that subscribes to its type.
//!
//! The table's stream delivers the changes ([`changes`]). The queue delivers events to be posted ([`deliver`]),
//! ranges of events to be posted again ([`replay`]), and probes of endpoints whose posts are paused ([`probe`]). No
//! purchase waits for any of these steps.

mod changes;
mod client;
mod context;
mod deliver;
mod dispatch;
mod event;
mod message;
mod post;
mod probe;
mod replay;
mod signature;

pub use changes::{StreamAnswer, StreamEvent, handle_changes};
pub use client::{POST_LIMITS, WebhookClient};
pub use context::{App, WebhookError};
pub use dispatch::handle;
pub use event::event;
pub use message::UnreadableRecord;
pub use signature::sign;
