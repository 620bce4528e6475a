//! The state of an instance, and its errors.

use domain::Instant;
use store::{Store, StoreError};

/// The state of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The clock. The clock of a test stands still.
    pub clock: fn() -> Instant,
}

/// Why a range is not complete. The message is delivered again, and the range continues where it was.
#[derive(Debug, thiserror::Error)]
pub enum CouponError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another instance has the lease of the range, and may have failed since. The lease ends within
    /// half a minute.
    #[error("another instance has the range")]
    Leased,
    /// The time ended first. The next invocation generates the remaining codes.
    #[error("the time of the invocation has ended")]
    OutOfTime,
}
