//! S3 notifies of an object twice.

use super::{Fault, ObjectFault, Place};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "object_doubled",
    needs: "a notification of an object",
    rate: 0.3,
    place: Place::Object(|random| ObjectFault::Doubled(Duration::from_secs(random.u64(1..600)))),
};
