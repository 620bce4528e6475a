//! The stored answer to a keyed request that moved points: the entry and the balance after it.

use crate::table::attributes::member_id;
use crate::table::keys::{self, Key};
use crate::{Scope, StoreError};
use domain::ledger::Balance;
use domain::{MemberId, Points};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct LedgerAnswer {
    member: String,
    /// The sort key of the entry among the member's rows.
    entry: String,
    balance: i64,
    pending: i64,
}

const CORRUPT: StoreError = StoreError::Corrupt("answer");

impl LedgerAnswer {
    pub(crate) fn of(member: MemberId, entry: &Key, balance: &Balance) -> Self {
        Self {
            member: member.to_string(),
            entry: entry.sk.clone(),
            balance: balance.available.get(),
            pending: balance.pending.get(),
        }
    }

    pub(crate) fn text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(StoreError::unavailable)
    }

    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        serde_json::from_str(text).map_err(|_| CORRUPT)
    }

    pub(crate) fn member(&self) -> Result<MemberId, StoreError> {
        member_id(&self.member)
    }

    pub(crate) fn entry(&self, scope: &Scope) -> Result<Key, StoreError> {
        let pk = keys::member_rows(scope.tenant(), self.member()?);
        Ok(Key { pk, sk: self.entry.clone() })
    }

    pub(crate) fn balance(&self) -> Balance {
        balance_after(Points::new(self.balance), Points::new(self.pending))
    }
}

/// The balance in an answer. The points that end soonest are not stored with the answer, so no
/// answer has them.
pub(crate) fn balance_after(available: Points, pending: Points) -> Balance {
    Balance { available, pending, expiring: None }
}
