//! A call takes effect, and the connection ends before its answer.

use super::{Effect, Fault, Place};

pub(super) const FAULT: Fault = Fault {
    name: "answer_lost",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|_, _| Some(Effect::LoseAnswer)),
};
