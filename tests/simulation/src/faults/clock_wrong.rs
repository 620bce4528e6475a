//! The clock of a till is wrong by minutes or hours. More than ten minutes ahead is refused.

use super::{Fault, Place};
use jiff::SignedDuration;

pub(super) const FAULT: Fault = Fault {
    name: "clock_wrong",
    needs: "a till that states an instant",
    rate: 1.0,
    place: Place::Clock(|random| {
        SignedDuration::from_secs(match random.u8(..5) {
            0 => random.i64(600..900),
            1 => random.i64(-7_200..0),
            _ => random.i64(-300..=540),
        })
    }),
};
