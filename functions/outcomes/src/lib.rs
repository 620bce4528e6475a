//! What providers told becomes delivered, bounced and opposed. Each word counts once, in whatever
//! order it comes and however often.

mod app;
mod oppositions;
mod receipts;
mod soft_bounces;

pub use app::{App, OutcomeError, handle};
