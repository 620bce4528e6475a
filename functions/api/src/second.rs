//! An instant of an answer.

use domain::Instant;
use domain::values::calendar;
use serde::{Serialize, Serializer};

/// An instant of an answer, in whole seconds of UTC. Every answer of the API has its instants in this type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Second(Instant);

impl From<Instant> for Second {
    fn from(at: Instant) -> Self {
        Self(calendar::whole_second(at))
    }
}

impl Serialize for Second {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
