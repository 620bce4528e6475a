//! A due campaign becomes batches on the queue of the sender.
//!
//! The schedule brings the hour, the queue brings campaigns; both lead to [`advance::advance`], which
//! may be called for any campaign at any time and takes it one step further.

pub mod advance;
mod app;

pub use app::{App, CampaignError, handle, tick};
