//! The time limit of the function passes during a call.

use super::{Effect, Fault, Place};
use crate::world::invocation::Interruption;

pub(super) const FAULT: Fault = Fault {
    name: "timed_out",
    needs: "a call",
    rate: 0.005,
    place: Place::Call(|_, random| {
        Some(if random.bool() {
            Effect::EndBefore(Interruption::Stalled)
        } else {
            Effect::EndAfter(Interruption::Stalled)
        })
    }),
};
