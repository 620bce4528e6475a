//! The response to the request of an invocation.

use crate::proof::Proof;
use serde::Serialize;

/// The response.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Response {
    /// The daily run was queued.
    Queued(QueuedRun),
    /// A ledger was proved, to its end or to a position.
    Proof(Proof),
}

/// A daily run that was queued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuedRun {
    /// The day of the run.
    pub today: String,
    /// The number of merchants whose programmes need a daily run.
    pub merchants: usize,
}
