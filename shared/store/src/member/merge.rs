//! Merging two members who are one person.

use crate::member::consent::ConsentsRecord;
use crate::member::notes;
use crate::member::read::{put_account, put_person};
use crate::table::codec;
use crate::table::items;
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Member, Scope, Source, Store, StoreError};
use domain::member::unmerge::BeforeMerge;
use domain::{Instant, MemberId};
use serde::{Deserialize, Serialize};

/// The ledger's note of a merge: no points of its own, and what it takes to undo it.
#[derive(Serialize, Deserialize)]
pub(crate) struct MergeRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) absorbed: String,
    pub(crate) source: String,
    /// The absorbed member's account as it was.
    #[serde(with = "serde_bytes")]
    account: Vec<u8>,
    /// The kept member's account as it was; notes of the first merges do not hold it.
    #[serde(with = "serde_bytes", default)]
    kept_account: Vec<u8>,
    /// The kept member's consents as they were, and its registration.
    #[serde(default, skip_serializing_if = "ConsentsRecord::is_empty")]
    kept_consents: ConsentsRecord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept_invited_at: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kept_activated_at: Option<String>,
}

impl MergeRecord {
    /// What the merge found.
    pub(crate) fn before(&self) -> Result<BeforeMerge, StoreError> {
        if self.kept_account.is_empty() {
            return Err(Conflict::MergeTooOld.into());
        }
        let instant = |text: &Option<String>| text.as_deref().map(items::instant_of).transpose();
        Ok(BeforeMerge {
            survivor: codec::decode_account(&self.kept_account)?,
            absorbed: codec::decode_account(&self.account)?,
            consents: self.kept_consents.read()?,
            invited_at: instant(&self.kept_invited_at)?,
            activated_at: instant(&self.kept_activated_at)?,
        })
    }
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
            return Err(Conflict::MergeIntoItself.into());
        }
        retry(|_| async move {
            let (mut into, mut from) =
                futures::try_join!(self.member(scope, kept), self.member_itself(scope, absorbed))?;
            if from.person.merged_into == Some(into.person.id) {
                return Ok(Attempt::Done(into));
            }
            if from.person.merged_into.is_some() {
                return Err(Conflict::MergedIntoAnother.into());
            }
            if into.person.id == absorbed {
                return Err(Conflict::MergedTheOtherWay.into());
            }
            let note = merge_note(scope, &into, &from, by, now)?;
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
            let (id, into_version) = (into.person.id, Some(into.account_version));
            let mut transaction = self.transaction();
            transaction.add(put_account(scope, id, &into.account, into_version)?);
            let from_version = Some(from.account_version);
            transaction.add(put_account(scope, absorbed, &from.account, from_version)?);
            transaction.add(put_person(scope, &into.person, Some(versions.0))?);
            transaction.add(put_person(scope, &from.person, Some(versions.1))?);
            transaction.add(Write::put(&note)?.if_absent());
            Ok(transaction.commit().await?.done(into))
        })
        .await
    }
}

fn merge_note(
    scope: &Scope,
    kept: &Member,
    absorbed: &Member,
    by: &Source,
    now: Instant,
) -> Result<MergeRecord, StoreError> {
    let (Key { pk, sk }, instant) = notes::new_note(scope, kept.person.id, now)?;
    Ok(MergeRecord {
        pk,
        sk,
        member: kept.person.id.to_string(),
        instant,
        kind: MERGE.to_owned(),
        absorbed: absorbed.person.id.to_string(),
        source: by.to_string(),
        account: codec::encode_account(&absorbed.account),
        kept_account: codec::encode_account(&kept.account),
        kept_consents: ConsentsRecord::of(&kept.person.consents),
        kept_invited_at: kept.person.invited_at.map(items::instant_text),
        kept_activated_at: kept.person.activated_at.map(items::instant_text),
    })
}
