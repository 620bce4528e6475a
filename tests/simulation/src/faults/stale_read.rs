//! An eventually consistent read misses a write for up to seconds.

use super::{Fault, Place, TableFault};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "stale_read",
    needs: "an eventually consistent read of the table",
    rate: 0.3,
    place: Place::Table(|random| TableFault::Lags(Duration::from_millis(random.u64(50..3_000)))),
};
