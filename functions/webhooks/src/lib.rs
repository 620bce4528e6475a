//! A merchant's software is told of what happens: changes of the table become events, and events are
//! posted, signed, at least once, to the endpoints that want them.
//!
//! The table's stream brings the changes, the queue brings events to be posted and ranges of events to be
//! posted again. No purchase waits for any of it.

mod app;
mod changes;
mod delivery;
mod event;
mod post;
mod replay;
mod signature;

pub use app::{App, WebhookError, handle};
pub use changes::{StreamAnswer, StreamEvent, take};
pub use event::event;
pub use post::WebhookClient;
pub use signature::sign;
