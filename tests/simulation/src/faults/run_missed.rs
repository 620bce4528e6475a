//! A schedule misses a run.

use super::{Fault, Place, ScheduleFault};

pub(super) const FAULT: Fault = Fault {
    name: "run_missed",
    needs: "a schedule",
    rate: 0.2,
    place: Place::Schedule(ScheduleFault::Missed),
};
