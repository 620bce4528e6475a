//! An index misses a write for up to seconds.

use super::{Fault, Place, TableFault};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "index_delay",
    needs: "a read of an index",
    rate: 0.3,
    place: Place::Table(|random| TableFault::Lags(Duration::from_millis(random.u64(50..6_000)))),
};
