//! Undoing a merge: the two members are apart again.

use crate::member::merge::{MERGE, MergeRecord};
use crate::member::notes;
use crate::member::read::{put_account, put_person};
use crate::purchase::item::PurchaseRecord;
use crate::reward::redemption_item::{REDEMPTION, RedemptionRecord};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Member, Scope, Source, Store, StoreError};
use domain::ledger::{self, Undone};
use domain::member::unmerge::{self, BeforeMerge, GivenBack, Side};
use domain::reward::redemption::State;
use domain::{Cents, Instant, MemberId, Points, Programmes, PurchaseKind, retention};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Two members who are apart again.
pub struct Unmerged {
    /// The one that had been kept.
    pub kept: Member,
    /// The one that had been absorbed.
    pub absorbed: Member,
    /// What went back with it, and what was no longer there.
    pub given_back: GivenBack,
}

/// The ledger's note at each of the two.
#[derive(Serialize, Deserialize)]
pub(crate) struct UnmergeRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) source: String,
    pub(crate) other: String,
    /// By which the member's other entries and its balance differ: what was not given back.
    pub(crate) points: i64,
    given: i64,
    not_given: i64,
}

pub(crate) const UNMERGE: &str = "unmerge";

impl Store {
    /// Undoes the merge of `absorbed` into `kept`, as [`domain::unmerge`] says; purchases of the
    /// absorbed one that were cancelled since are taken off what it brought in, and points given back to
    /// it since are added. Undoing it again changes nothing and answers as the first time.
    ///
    /// 2 queries read strongly and one for each member that had been merged into the two, a query of the
    /// kept one's notes, one of the index a member absorbed with half a read unit an entry; then 1
    /// transaction of 6 items, 16 write units while the notes are under 1 KB.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for two who are not merged, or whose merge
    /// is not the last one of the kept member.
    pub async fn unmerge_members(
        &self,
        scope: &Scope,
        kept: MemberId,
        absorbed: MemberId,
        by: &Source,
        now: Instant,
    ) -> Result<Unmerged, StoreError> {
        retry(|_| async move {
            let (mut own, mut other) = futures::try_join!(
                self.member_itself(scope, kept),
                self.member_itself(scope, absorbed)
            )?;
            if own.person.merged_into.is_some() {
                return Err(Conflict::MergedSince.into());
            }
            if other.person.merged_into != Some(kept) {
                return self.apart(scope, own, other).await.map(Attempt::Done);
            }
            let note: Option<MergeRecord> = self.last_note(scope, kept, MERGE, absorbed).await?;
            let note = note.ok_or(StoreError::Corrupt("merge"))?;
            let theirs = self.absorbed_through(scope, &own, absorbed).await?;
            let mut before = note.before()?;
            for member in std::iter::once(&absorbed).chain(&theirs) {
                self.read_cancelled(scope, *member, &note.instant, &mut before).await?;
            }
            let versions = (own.person.version, other.person.version);
            let given_back = unmerge::unmerge(
                Side { person: &mut own.person, account: &mut own.account },
                Side { person: &mut other.person, account: &mut other.account },
                &before,
                scope.settings.merchant.sector,
                retention::day_of(now),
            );
            own.person.absorbed.retain(|id| !theirs.contains(id));
            other.person.absorbed = theirs;
            own.person.version += 1;
            other.person.version += 1;
            let not_given = given_back.not_given;
            let mut transaction = self.transaction();
            let over = Some(own.account_version);
            transaction.add(put_account(scope, kept, &own.account, over)?);
            let over = Some(other.account_version);
            transaction.add(put_account(scope, absorbed, &other.account, over)?);
            transaction.add(put_person(scope, &own.person, Some(versions.0))?);
            transaction.add(put_person(scope, &other.person, Some(versions.1))?);
            let pair = (kept, absorbed);
            transaction.add(unmerge_note(scope, pair, not_given, given_back, by, now)?);
            let pair = (absorbed, kept);
            transaction.add(unmerge_note(scope, pair, -not_given, given_back, by, now)?);
            let outcome = transaction.commit().await?;
            Ok(outcome.done(Unmerged { kept: own, absorbed: other, given_back }))
        })
        .await
    }

    /// The answer for two who are apart: as the first time, where a merge of theirs was undone.
    async fn apart(
        &self,
        scope: &Scope,
        kept: Member,
        absorbed: Member,
    ) -> Result<Unmerged, StoreError> {
        let ids = (kept.person.id, absorbed.person.id);
        let note: Option<UnmergeRecord> = self.last_note(scope, ids.0, UNMERGE, ids.1).await?;
        match note {
            Some(note) if absorbed.person.merged_into.is_none() => Ok(Unmerged {
                kept,
                absorbed,
                given_back: GivenBack {
                    given: Points::new(note.given),
                    not_given: Points::new(note.not_given),
                },
            }),
            _ => Err(Conflict::NotMerged.into()),
        }
    }

    /// The last note of a kind in a member's rows that names another member.
    async fn last_note<T: DeserializeOwned>(
        &self,
        scope: &Scope,
        member: MemberId,
        kind: &str,
        other: MemberId,
    ) -> Result<Option<T>, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :ledger)")
            .filter_expression("kind = :kind AND (absorbed = :other OR #other = :other)")
            .expression_attribute_names("#other", "other")
            .expression_attribute_values(
                ":pk",
                items::text(keys::member_rows(scope.tenant(), member)),
            )
            .expression_attribute_values(":ledger", items::text(keys::LEDGER_PREFIX))
            .expression_attribute_values(":kind", items::text(kind))
            .expression_attribute_values(":other", items::text(other.to_string()))
            .scan_index_forward(false)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let last = pages.next().await.transpose().map_err(StoreError::unavailable)?;
        last.map(|item| items::from_item(item, "ledger")).transpose()
    }

    /// The members who came to `kept` with `absorbed`: those merged into it before, directly or not.
    async fn absorbed_through(
        &self,
        scope: &Scope,
        kept: &Member,
        absorbed: MemberId,
    ) -> Result<Vec<MemberId>, StoreError> {
        let others = kept.person.absorbed.iter().filter(|id| **id != absorbed);
        let read = others.map(|id| self.member_itself(scope, *id));
        let read = futures::future::try_join_all(read).await?;
        let mut through = vec![absorbed];
        loop {
            let next = read.iter().map(|member| &member.person).find(|person| {
                !through.contains(&person.id)
                    && person.merged_into.is_some_and(|into| through.contains(&into))
            });
            match next {
                Some(person) => through.push(person.id),
                None => break,
            }
        }
        through.remove(0);
        Ok(through)
    }

    /// Reckons a member's purchases and redemptions that were cancelled after the merge into what it
    /// brought in.
    async fn read_cancelled(
        &self,
        scope: &Scope,
        member: MemberId,
        merged_at: &str,
        before: &mut BeforeMerge,
    ) -> Result<(), StoreError> {
        let receipts = keys::receipt_prefix(scope.tenant());
        let keys = self.history_keys(member).await?;
        for item in self.get_items(&keys).await? {
            let pk = item.get("pk").and_then(|pk| pk.as_s().ok());
            if pk.is_some_and(|pk| pk.starts_with(&receipts)) {
                take_off_if_cancelled(item, merged_at, before)?;
            } else if item.get("kind") == Some(&items::text(REDEMPTION)) {
                give_back_if_cancelled(item, merged_at, before)?;
            }
        }
        Ok(())
    }
}

fn unmerge_note(
    scope: &Scope,
    (member, other): (MemberId, MemberId),
    points: Points,
    given_back: GivenBack,
    by: &Source,
    now: Instant,
) -> Result<Write, StoreError> {
    let (Key { pk, sk }, instant) = notes::new_note(scope, member, now)?;
    let note = UnmergeRecord {
        pk,
        sk,
        member: member.to_string(),
        instant,
        kind: UNMERGE.to_owned(),
        source: by.to_string(),
        other: other.to_string(),
        points: points.get(),
        given: given_back.given.get(),
        not_given: given_back.not_given.get(),
    };
    Ok(Write::put(&note)?.if_absent())
}

fn give_back_if_cancelled(
    item: Item,
    merged_at: &str,
    before: &mut BeforeMerge,
) -> Result<(), StoreError> {
    let record: RedemptionRecord = items::from_item(item, "redemption")?;
    let redemption = record.read()?;
    if redemption.state == State::Cancelled && record.changed_at.as_str() > merged_at {
        ledger::give_back(&mut before.absorbed, &redemption.lots);
    }
    Ok(())
}

fn take_off_if_cancelled(
    item: Item,
    merged_at: &str,
    before: &mut BeforeMerge,
) -> Result<(), StoreError> {
    let record: PurchaseRecord = items::from_item(item, "purchase")?;
    if record.cancelled_at.as_deref().is_none_or(|at| at <= merged_at) {
        return Ok(());
    }
    let day = keys::receipt_at(&record.pk).ok_or(StoreError::Corrupt("purchase"))?.day;
    let kind = record.content()?.kind;
    let earned_on = match &kind {
        PurchaseKind::Return { of: Some(sale) } => sale.day,
        _ => day,
    };
    // Exactly what the cancellation took: what it forgave stays.
    let points = match &kind {
        PurchaseKind::Sale => record.points - record.forgiven.unwrap_or_default(),
        PurchaseKind::Return { .. } => record.points,
    };
    let (kind, total, points) = (&kind, Cents::new(record.total), Points::new(points));
    let undone = Undone { kind, day, earned_on, total, points };
    ledger::cancel(&mut before.absorbed, &undone, &Programmes::default());
    Ok(())
}
