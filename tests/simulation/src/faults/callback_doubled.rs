//! A provider calls back twice.

use super::{CallbackFault, Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "callback_doubled",
    needs: "a callback",
    rate: 0.2,
    place: Place::Callback(|_| CallbackFault::Doubled),
};
