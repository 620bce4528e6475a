//! The instance ends after a call, before the answer.

use super::{Effect, Fault, Place};
use crate::world::invocation::Interruption;

pub(super) const FAULT: Fault = Fault {
    name: "killed_after",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|_, _| Some(Effect::EndAfter(Interruption::Killed))),
};
