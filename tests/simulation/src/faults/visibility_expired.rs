//! A message is visible again while it is being handled.

use super::{Delivery, Fault, Place};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "visibility_expired",
    needs: "a message of a queue",
    rate: 0.1,
    place: Place::Delivery(|random| Delivery::Expired(Duration::from_millis(random.u64(1..3_000)))),
};
