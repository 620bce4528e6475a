//! A schedule runs twice.

use super::{Fault, Place, ScheduleFault};

pub(super) const FAULT: Fault = Fault {
    name: "run_doubled",
    needs: "a schedule",
    rate: 0.2,
    place: Place::Schedule(ScheduleFault::Doubled),
};
