//! Items stay for up to two days after they have expired.

use super::{EXPIRED_LATE, Fault, Place, TableFault};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: EXPIRED_LATE,
    rate: 1.0,
    place: Place::Table(|random| TableFault::ExpiresLate(Duration::from_hours(random.u64(1..42)))),
};
