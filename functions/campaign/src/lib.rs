//! A due campaign becomes batches on the queue of `send`.
//!
//! Every minute the schedule queues the campaigns that are due. The queue delivers campaigns to
//! [`advance::advance`], which may be called for any campaign at any time and takes the campaign one step
//! further. The queue also delivers dry runs: [`dry_run::dry_run`] reads the same members and sends nothing.

pub mod advance;
mod context;
mod dispatch;
pub mod dry_run;
mod pages;

pub use context::{App, CampaignError};
pub use dispatch::{handle, tick};
