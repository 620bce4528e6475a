//! SQS delivers a message again that was handled and deleted.

use super::{Delivery, Fault, Place};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "message_doubled",
    needs: "a message of a queue",
    rate: 0.1,
    place: Place::Delivery(|random| Delivery::Doubled(Duration::from_secs(random.u64(0..600)))),
};
