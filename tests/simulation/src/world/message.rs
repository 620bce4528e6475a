//! A message of SQS, and what became of its deliveries.

use super::clock;
use domain::Instant;
use jiff::SignedDuration;
use serde_json::Value;
use std::fmt;

/// A message in a queue.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(super) id: u64,
    pub(crate) body: String,
    pub(super) attributes: Value,
    pub(super) visible_at: Instant,
    pub(super) receives: u32,
    /// Until when a delivery that did not succeed may hold the work. A delivered copy has what it was before.
    pub(super) held_until: Option<Instant>,
    /// What became of each delivery that did not succeed.
    pub(super) troubles: Vec<Trouble>,
}

/// A delivery that did not succeed.
#[derive(Debug, Clone)]
pub(crate) struct Trouble {
    what: String,
    pub(super) cause: Option<Cause>,
    at: Instant,
}

/// Why a delivery did not succeed, although the function is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A fault of the simulation.
    Fault,
    /// Another delivery of the same work may still hold the work.
    OtherDelivery,
    /// The provider cannot tell yet what became of an attempt that a fault interrupted.
    UnsettledAttempt,
}

/// A message that was received too often.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetter {
    pub(crate) queue: &'static str,
    pub(crate) message: Message,
}

/// How long after an attempt to send a batch the provider may not tell what became of it.
const UNSETTLED: SignedDuration = SignedDuration::from_mins(8);

impl Trouble {
    /// A delivery that met faults, or none.
    pub(super) fn new(what: String, met_faults: bool) -> Self {
        Self { what, cause: met_faults.then_some(Cause::Fault), at: clock::now() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause {
            Some(cause) => write!(f, "{} at {} because of {cause:?}", self.what, self.at),
            None => write!(f, "{} at {} without a cause", self.what, self.at),
        }
    }
}

impl Message {
    /// The cause of a delivery that met no fault itself. `same_work` has the messages with the same body. Until the
    /// redelivery of one of them its handler may hold the work, even after it was killed. An earlier delivery of this
    /// message holds it only where this one came too early.
    pub(super) fn cause_outside<'m>(
        &self,
        queue: &str,
        same_work: impl Iterator<Item = &'m Self>,
    ) -> Option<Cause> {
        if self.held_until.is_some() {
            return Some(Cause::OtherDelivery);
        }
        let now = clock::now();
        let mut is_unsettled = false;
        for message in same_work {
            if message.id != self.id && message.held_until.is_some_and(|until| until > now) {
                return Some(Cause::OtherDelivery);
            }
            is_unsettled |= message.troubles.iter().any(|trouble| {
                trouble.cause == Some(Cause::Fault) && now.duration_since(trouble.at) < UNSETTLED
            });
        }
        (queue == "sends" && is_unsettled).then_some(Cause::UnsettledAttempt)
    }

    /// What became of the deliveries that did not succeed.
    pub(crate) fn history(&self) -> String {
        let troubles: Vec<String> = self.troubles.iter().map(Trouble::to_string).collect();
        troubles.join("; ")
    }

    /// Whether each delivery that did not succeed has a cause.
    pub(crate) fn is_explained(&self) -> bool {
        !self.troubles.is_empty() && self.troubles.iter().all(|trouble| trouble.cause.is_some())
    }

    /// Whether two copies are deliveries of one message.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
