//! A due campaign becomes batches on the queue of the sender.
//!
//! The schedule brings the hour, the queue brings campaigns; both lead to [`advance::advance`], which
//! may be called for any campaign at any time and takes it one step further. The queue brings dry runs
//! too: [`dry_run::dry_run`] walks the same members and writes to nobody.

pub mod advance;
mod app;
pub mod dry_run;
mod pages;

pub use app::{App, CampaignError, handle, tick};
