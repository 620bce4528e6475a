//! A provider calls back late, after later callbacks.

use super::{CallbackFault, Fault, Place};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "callback_late",
    needs: "a callback",
    rate: 0.2,
    place: Place::Callback(|random| CallbackFault::Late(Duration::from_secs(random.u64(1..3_600)))),
};
