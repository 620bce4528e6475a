//! The public routes for providers and for people who object.
//!
//! A provider's callback is verified, queued and acknowledged at once. A link in a message shows a page, and the
//! button on this page objects at once. The pages are in French and English.

mod accounts;
mod callback;
mod context;
mod objection;
mod page;
mod router;

pub use accounts::Accounts;
pub use context::{App, Clock};
pub use router::router;
