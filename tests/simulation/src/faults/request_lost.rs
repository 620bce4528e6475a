//! The connection ends before the call takes effect.

use super::{Effect, Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "request_lost",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|_, _| Some(Effect::LoseRequest)),
};
