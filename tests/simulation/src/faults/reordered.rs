//! A standard queue delivers its messages in another order.

use super::{Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "reordered",
    needs: "a queue with several messages at once",
    rate: 0.5,
    place: Place::Order,
};
