//! A due campaign becomes batches on the queue of `send`.
//!
//! Every minute the schedule queues the campaigns that are due. The queue delivers campaigns to
//! [`advance::advance`], which takes a campaign one step further. That function may be called for any
//! campaign at any time. The queue also delivers dry runs to [`dry_run::dry_run`], which reads the same
//! members and sends nothing.

pub mod advance;
mod context;
mod dispatch;
pub mod dry_run;
mod pages;

pub use context::{App, CampaignError};
pub use dispatch::{handle, tick};
