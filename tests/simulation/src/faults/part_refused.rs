//! A service carries out a part of a batch, and refuses the rest.

use super::{Effect, Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "part_refused",
    needs: "a batch of several entries",
    rate: 0.05,
    place: Place::Call(|call, _| call.has_several_entries().then_some(Effect::RefusePart)),
};
