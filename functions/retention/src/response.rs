//! The response to the request of a daily run.

use crate::dry_run::DryRun;
use serde::Serialize;

/// The response.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Response {
    /// The work was queued.
    Queued(QueuedRun),
    /// The list of a dry run.
    DryRun(DryRun),
    /// The keys were wrapped.
    Rewrapped(RewrappedKeys),
    /// The oppositions were stored again.
    StoredAgain(StoredOppositions),
}

/// Oppositions of another table that were stored again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StoredOppositions {
    /// The members whom the oppositions name. A member counts for each.
    pub members: usize,
    /// The oppositions of members or merchants that this table does not have.
    pub unknown: usize,
}

/// Merchants' keys that the current master key wraps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RewrappedKeys {
    /// The number of merchants that were read.
    pub merchants: u64,
    /// The number of keys that another master key had wrapped.
    pub rewrapped: u64,
    /// The merchant to continue after, where the time ended first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A daily run that was queued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueuedRun {
    /// The last day that is due.
    pub today: String,
    /// The number of buckets, each a message.
    pub buckets: usize,
    /// The number of entries that were due before yesterday and are still there.
    pub overdue: u64,
}
