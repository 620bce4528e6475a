//! A call takes effect, and its answer comes after the caller has stopped waiting.

use super::{Effect, Fault, Place};
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "answer_late",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|_, random| {
        Some(Effect::Delay(Duration::from_millis(random.u64(2_100..8_000))))
    }),
};
