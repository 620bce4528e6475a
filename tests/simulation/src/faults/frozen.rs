//! The instance stands still after a call, for seconds or minutes, and goes on.

use super::{Effect, Fault, Place};
use crate::world::invocation::Interruption;
use std::time::Duration;

pub(super) const FAULT: Fault = Fault {
    name: "frozen",
    needs: "a call",
    rate: 0.01,
    place: Place::Call(|_, random| {
        let pause = if random.bool() { random.u64(1..9) } else { random.u64(10..800) };
        Some(Effect::EndAfter(Interruption::Frozen(Duration::from_secs(pause))))
    }),
};
