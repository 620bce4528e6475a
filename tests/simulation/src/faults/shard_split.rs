//! A shard of the stream splits.

use super::{Fault, Place, StreamFault};

pub(super) const FAULT: Fault =
    Fault { name: "shard_split", rate: 0.02, place: Place::Stream(StreamFault::Split) };
