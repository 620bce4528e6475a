//! The instance ends before a call.

use super::{Effect, Fault, Place};
use crate::world::invocation::Interruption;

pub(super) const FAULT: Fault = Fault {
    name: "killed_before",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|_, _| Some(Effect::EndBefore(Interruption::Killed))),
};
