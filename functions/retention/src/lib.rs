//! The daily run of the retention rules: members whose deadline has come are erased or get a later deadline,
//! and merchants whose contract has ended are archived.
//!
//! Every night the schedule invokes the function, which finds the buckets of the due index that hold due
//! entries and queues one message a bucket. The queue delivers the buckets.

mod archive;
mod context;
mod daily_run;
mod decision;
mod dispatch;
mod dry_run;
mod message;
mod oppositions;
mod request;
mod response;
mod rewrap;
mod sweep;

pub use archive::error::ArchiveError;
pub use context::{App, RetentionError};
pub use daily_run::run;
pub use dispatch::handle;
pub use dry_run::{Action, Counts, DryRun, Row};
pub use message::RetentionMessage;
pub use request::Request;
pub use response::{QueuedRun, Response, RewrappedKeys, StoredOppositions};
