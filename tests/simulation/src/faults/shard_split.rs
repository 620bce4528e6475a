//! A shard of the stream splits.

use super::{Fault, Place, StreamFault};

pub(super) const FAULT: Fault = Fault {
    name: "shard_split",
    needs: "a batch of the table's stream",
    rate: 0.02,
    place: Place::Stream(StreamFault::Split),
};
