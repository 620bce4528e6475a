//! Items stay for up to two days after they have expired.

use super::{Fault, Place, TableFault};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "expired_late",
    needs: "a read of an item that expires within two days",
    rate: 1.0,
    place: Place::Table(|random| TableFault::ExpiresLate(Duration::from_hours(random.u64(1..42)))),
};
