//! The retention rules, kept every night: what is due is erased, or its deadline has moved on.
//!
//! The schedule brings the night, which finds the buckets of the due index that hold anything due and
//! queues one message a bucket; the queue brings the buckets.

mod app;
mod archive;
mod decision;
mod dry_run;
mod message;
mod night;
mod sweep;

pub use app::{App, RetentionError, handle};
pub use archive::ArchiveError;
pub use dry_run::{Action, Counts, DryRun, Row};
pub use message::RetentionMessage;
pub use night::{Night, Order, Queued, night};
