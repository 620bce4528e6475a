//! The daily run of a merchant's members: points expire, birthdays give points, and levels are reviewed.
//!
//! Every night the schedule invokes the function, which queues one message for each merchant whose programme
//! needs a daily run. The queue delivers the merchants. Invoked by hand, the function also proves that every
//! balance of a merchant is the sum of its entries.

mod context;
mod daily_run;
mod dispatch;
mod message;
mod proof;
mod request;
mod response;

pub use context::{App, FollowupsError};
pub use dispatch::{handle_message, handle_request};
pub use message::FollowupsMessage;
pub use proof::{LedgerRequest, Proof, UnprovedMember};
pub use request::Request;
pub use response::{QueuedRun, Response};
