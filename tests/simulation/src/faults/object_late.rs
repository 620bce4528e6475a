//! S3 notifies of an object late, after later objects.

use super::{Fault, ObjectFault, Place};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "object_late",
    needs: "a notification of an object",
    rate: 0.3,
    place: Place::Object(|random| ObjectFault::Late(Duration::from_secs(random.u64(60..7_200)))),
};
