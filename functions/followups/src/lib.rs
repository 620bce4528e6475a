//! One nightly walk of a merchant's members: what has ended goes out, a birthday is given its points,
//! a level is reviewed.
//!
//! The schedule brings the night, which queues one message for each merchant whose programme has
//! something to do; the queue brings the merchants. Called by hand, the function proves that every
//! balance of a merchant is the sum of its entries.

mod app;
mod message;
mod order;
mod proof;
mod walk;

pub use app::{App, FollowupsError, handle};
pub use message::FollowupsMessage;
pub use order::{Answer, Order, Queued, take};
pub use proof::{Ledger, Proof, UnprovedMember};
