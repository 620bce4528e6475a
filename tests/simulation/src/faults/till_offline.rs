//! A till is offline for hours or days, and sends what it recorded afterwards.

use super::{Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "till_offline",
    needs: "a sale that a till may send later",
    rate: 0.3,
    place: Place::Offline,
};
