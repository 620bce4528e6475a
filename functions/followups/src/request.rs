//! The request of an invocation, by the schedule or by hand.

use crate::proof::LedgerRequest;
use serde::Deserialize;

/// The request. The schedule sends an empty one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Request {
    /// Another day than today, `2027-12-01`. The stage `live` refuses this field.
    pub today: Option<String>,
    /// The only merchant of the run.
    pub merchant: Option<String>,
    /// The ledger to prove, in place of a daily run.
    pub prove: Option<LedgerRequest>,
}
