//! Eventually consistent reads and indexes miss a write for up to seconds.

use super::{Fault, Place, STALE_READ, TableFault};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: STALE_READ,
    rate: 0.3,
    place: Place::Table(|random| TableFault::Lags(Duration::from_millis(random.u64(50..3_000)))),
};
