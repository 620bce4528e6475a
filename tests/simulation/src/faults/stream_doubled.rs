//! The stream delivers a batch again that was handled.

use super::{Fault, Place, StreamFault};

pub(super) const FAULT: Fault = Fault {
    name: "stream_doubled",
    needs: "a batch of the table's stream",
    rate: 0.1,
    place: Place::Stream(StreamFault::Doubled),
};
