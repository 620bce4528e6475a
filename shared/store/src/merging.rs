//! Merging two members who are one person.

use crate::items::{self, ABSENT, Transaction};
use crate::keys::{self, Key};
use crate::members::{put_account, put_person};
use crate::{Member, Scope, Source, Store, StoreError, backoff, codec};
use domain::{Instant, KeyId, MemberId};
use serde::{Deserialize, Serialize};

/// The ledger's note of a merge: no points of its own, and what it takes to undo it.
#[derive(Serialize, Deserialize)]
pub(crate) struct MergeRecord {
    pk: String,
    sk: String,
    member: String,
    instant: String,
    kind: String,
    pub(crate) absorbed: String,
    pub(crate) source: String,
    /// The absorbed member's account as it was.
    #[serde(with = "serde_bytes")]
    account: Vec<u8>,
}

pub(crate) const MERGE: &str = "merge";

impl Store {
    /// Merges `absorbed` into `kept`: points, counters and history become the kept member's, and
    /// the absorbed one's contacts and identifier lead to it from now on. 2 queries and 1
    /// transaction of 5 items. Merging again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a member and itself.
    pub async fn merge_members(
        &self,
        scope: &Scope,
        kept: MemberId,
        absorbed: MemberId,
        by: &Source,
        now: Instant,
    ) -> Result<Member, StoreError> {
        if kept == absorbed {
            return Err(StoreError::Conflict("a member cannot be merged into itself"));
        }
        for attempt in 0..backoff::ATTEMPTS {
            let (mut into, mut from) =
                futures::try_join!(self.member(scope, kept), self.member_itself(scope, absorbed))?;
            if from.person.merged_into == Some(into.person.id) {
                return Ok(into);
            }
            if from.person.merged_into.is_some() {
                return Err(StoreError::Conflict(
                    "this member was merged into another one already",
                ));
            }
            if into.person.id == absorbed {
                return Err(StoreError::Conflict(
                    "the two were merged the other way round already",
                ));
            }
            let note = merge_note(scope, into.person.id, &from, by, now)?;
            let versions = (into.person.version, from.person.version);
            into.account.absorb(&mut from.account);
            from.account.merged_into = Some(into.person.id);
            into.person.absorbed.push(absorbed);
            into.person.absorbed.append(&mut from.person.absorbed);
            into.person.version += 1;
            into.person.consents.absorb(&from.person.consents);
            // The later of the two: a card activated by the person stays one.
            into.person.invited_at = into.person.invited_at.max(from.person.invited_at);
            into.person.activated_at = into.person.activated_at.max(from.person.activated_at);
            from.person.merged_into = Some(into.person.id);
            from.person.due = None;
            from.person.version += 1;
            let actions = vec![
                put_account(
                    self,
                    scope,
                    into.person.id,
                    &into.account,
                    Some(into.account_version),
                )?,
                put_account(self, scope, absorbed, &from.account, Some(from.account_version))?,
                put_person(self, scope, &into.person, Some(versions.0))?,
                put_person(self, scope, &from.person, Some(versions.1))?,
                items::put(&self.table, items::to_item(&note)?, ABSENT, vec![])?,
            ];
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(into),
                Transaction::Cancelled(_) => backoff::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }
}

fn merge_note(
    scope: &Scope,
    kept: MemberId,
    absorbed: &Member,
    by: &Source,
    now: Instant,
) -> Result<MergeRecord, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
    let instant = items::instant_text(now);
    let entry = KeyId::mint(now, u128::from_be_bytes(random));
    let Key { pk, sk } = keys::ledger(scope.tenant(), kept, &instant, entry);
    Ok(MergeRecord {
        pk,
        sk,
        member: kept.to_string(),
        instant,
        kind: MERGE.to_owned(),
        absorbed: absorbed.person.id.to_string(),
        source: by.to_string(),
        account: codec::encode_account(&absorbed.account),
    })
}
