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
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another instance generates the range, or died while it did: its lease ends within half a minute.
    #[error("another instance has the range")]
    Leased,
    /// The rest is for the next invocation.
    #[error("the time of the invocation has ended")]
    OutOfTime,
}
