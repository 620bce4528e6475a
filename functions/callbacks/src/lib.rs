//! The public door: providers call back here, and people object here.
//!
//! A callback is proved genuine, acknowledged at once and queued; a link that we made shows a page,
//! and its button opposes at once.

mod accounts;
mod app;
mod objection;
mod page;
mod providers;

pub use accounts::Accounts;
pub use app::{App, Clock, router};
