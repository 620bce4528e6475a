//! A till is offline, and sends what it recorded later: after minutes or hours, or days in the runs that last so long.

use super::{Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "till_offline",
    needs: "a sale that a till may send later",
    rate: 0.3,
    place: Place::Offline,
};
