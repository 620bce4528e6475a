//! A merge is undone: the two members have their own points and contacts again.

use crate::ledger::entry_key::EntryKey;
use crate::member::consent::history::put_new_oppositions;
use crate::member::merge::{MERGE, MergeRecord};
use crate::member::person::put_person;
use crate::purchase::item::PurchaseRecord;
use crate::reward::redemption_item::{REDEMPTION, RedemptionRecord};
use crate::table::attributes;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Member, Scope, Store, StoreError};
use domain::ledger::{self, CancelledReturn, CancelledSale};
use domain::member::unmerge::{self, BeforeMerge, GivenBack, Side};
use domain::reward::redemption::State;
use domain::{
    Cents, Credential, Instant, MemberId, Person, Points, Programmes, PurchaseKind, retention,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Two members whose merge was undone.
pub struct Unmerged {
    /// The member who had absorbed the other one.
    pub survivor: Member,
    /// The member who had been absorbed.
    pub absorbed: Member,
    /// The points that were given back, and the points that were spent.
    pub given_back: GivenBack,
}

/// The ledger's entry of each of the two members.
#[derive(Serialize, Deserialize)]
pub(crate) struct UnmergeRecord {
    pk: String,
    sk: String,
    member: String,
    pub(crate) instant: String,
    kind: String,
    pub(crate) by: Credential,
    /// `None` once the other member is erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) other: Option<String>,
    /// The points by which the member's balance differs from its other entries: the points that
    /// could not be given back.
    pub(crate) points: i64,
    given: i64,
    not_given: i64,
}

pub(crate) const UNMERGE: &str = "unmerge";

impl Store {
    /// Undoes the merge of `absorbed` into `survivor`, by the rules of [`domain::member::unmerge`].
    /// Purchases of the absorbed member that were cancelled after the merge do not count. Points
    /// that were given back to the absorbed member after the merge count. A second call changes
    /// nothing and has the same answer.
    ///
    /// The cost:
    ///
    /// * 2 strong queries, and 1 for each member who had been merged into one of the two
    /// * 1 query of the survivor's entries
    /// * for each absorbed member: 1 query of the index, and half a read unit for each entry
    /// * 1 transaction of 7 items, 18 write units while the entries are under 1 KB. The note of the merge
    ///   loses the accounts
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for two members who are not merged, or
    /// whose merge is not the survivor's latest one, or while the survivor has the mobile of a member who
    /// would leave it, or has asked to delete the account.
    pub async fn unmerge_members(
        &self,
        scope: &Scope,
        survivor: MemberId,
        absorbed: MemberId,
        now: Instant,
    ) -> Result<Unmerged, StoreError> {
        retry(|_| async move {
            let (mut remaining, mut restored) = futures::try_join!(
                self.member_itself(scope, survivor),
                self.member_itself(scope, absorbed)
            )?;
            if remaining.person.merged_into.is_some() {
                return Err(Conflict::MergedSince.into());
            }
            if restored.person.merged_into != Some(survivor) {
                return self.unmerged_before(scope, remaining, restored).await.map(Attempt::Done);
            }
            if remaining.person.deletion.is_some() {
                return Err(Conflict::DeletionAskedFor.into());
            }
            let entry = self.latest_entry(scope, survivor, MERGE, absorbed).await?;
            let entry: MergeRecord = entry.ok_or(StoreError::Corrupt("merge"))?;
            let (through, still_merged) = self.others_absorbed(scope, &remaining, absorbed).await?;
            if has_later_merge(&remaining.person, absorbed, &still_merged) {
                return Err(Conflict::LaterMerge.into());
            }
            let mobile = &remaining.person.mobile;
            let mut separated = std::iter::once(&restored.person).chain(&through);
            if separated.any(|person| person.mobile == *mobile) {
                return Err(Conflict::MobileOfAbsorbed.into());
            }
            let through: Vec<MemberId> = through.iter().map(|person| person.id).collect();
            let mut before = entry.before()?;
            let consents_before = restored.person.consents.clone();
            for member in std::iter::once(&absorbed).chain(&through) {
                self.read_cancelled(scope, *member, &entry.instant, &mut before).await?;
            }
            let given_back = unmerge::unmerge(
                Side { person: &mut remaining.person, account: &mut remaining.account },
                Side { person: &mut restored.person, account: &mut restored.account },
                &still_merged,
                &before,
                scope.settings.merchant.sector,
                retention::day_of(now),
            );
            remaining.person.absorbed.retain(|id| !through.contains(id));
            remaining.account.absorbed.retain(|id| *id != absorbed && !through.contains(id));
            restored.person.absorbed = through;
            remaining.person.version += 1;
            restored.person.version += 1;
            let not_given = given_back.not_given;
            let gifts = before.gifts.total();
            let unmerge = Unmerge { scope, given_back, at: now };
            let mut transaction = self.transaction();
            transaction.add(remaining.put_account(scope)?);
            transaction.add(restored.put_account(scope)?);
            transaction.add(put_person(scope, &remaining.person)?);
            transaction.add(put_person(scope, &restored.person)?);
            transaction.add(entry.forget());
            transaction.add(unmerge.entry(survivor, absorbed, not_given + gifts)?);
            transaction.add(unmerge.entry(absorbed, survivor, -not_given)?);
            let before = &consents_before;
            put_new_oppositions(&mut transaction, scope, before, &restored.person, now)?;
            let outcome = transaction.commit().await?;
            Ok(outcome.done(Unmerged { survivor: remaining, absorbed: restored, given_back }))
        })
        .await
    }

    /// The answer for two members who are not merged: the answer of their latest unmerge, where there is
    /// one.
    async fn unmerged_before(
        &self,
        scope: &Scope,
        survivor: Member,
        absorbed: Member,
    ) -> Result<Unmerged, StoreError> {
        let (member, other) = (survivor.person.id, absorbed.person.id);
        let entry: Option<UnmergeRecord> = self.latest_entry(scope, member, UNMERGE, other).await?;
        match entry {
            Some(entry) if absorbed.person.merged_into.is_none() => Ok(Unmerged {
                survivor,
                absorbed,
                given_back: GivenBack {
                    given: Points::new(entry.given),
                    not_given: Points::new(entry.not_given),
                },
            }),
            _ => Err(Conflict::NotMerged.into()),
        }
    }

    /// A member's latest entry of a kind, among the entries that name the member `other`.
    async fn latest_entry<T: DeserializeOwned>(
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
                attributes::text(keys::member_rows(scope.tenant(), member)),
            )
            .expression_attribute_values(":ledger", attributes::text(keys::LEDGER_PREFIX))
            .expression_attribute_values(":kind", attributes::text(kind))
            .expression_attribute_values(":other", attributes::text(other.to_string()))
            .scan_index_forward(false)
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let last = pages.next().await.transpose().map_err(StoreError::unavailable)?;
        last.map(|item| items::from_item(item, "ledger")).transpose()
    }

    /// The other members who were merged into `survivor`, in two parts: those who had been merged into
    /// `absorbed`, directly or indirectly, before `absorbed` was merged into `survivor`, and the rest.
    async fn others_absorbed(
        &self,
        scope: &Scope,
        survivor: &Member,
        absorbed: MemberId,
    ) -> Result<(Vec<Person>, Vec<Person>), StoreError> {
        let others = survivor.person.absorbed.iter().filter(|id| **id != absorbed);
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
        let persons = read.into_iter().map(|member| member.person);
        Ok(persons.partition(|person| through.contains(&person.id)))
    }

    /// Corrects `before` by a member's purchases and redemptions that were cancelled after the
    /// merge.
    async fn read_cancelled(
        &self,
        scope: &Scope,
        member: MemberId,
        merged_at: &str,
        before: &mut BeforeMerge,
    ) -> Result<(), StoreError> {
        let receipts = keys::receipt_prefix(scope.tenant());
        let keys = self.history_keys(member).await?;
        for item in self.get_items_strongly(&keys).await? {
            let pk = item.get("pk").and_then(|pk| pk.as_s().ok());
            if pk.is_some_and(|pk| pk.starts_with(&receipts)) {
                take_off_if_cancelled(item, merged_at, before)?;
            } else if item.get("kind") == Some(&attributes::text(REDEMPTION)) {
                give_back_if_cancelled(item, merged_at, before)?;
            }
        }
        Ok(())
    }
}

/// Whether another member was merged into a survivor after `absorbed`. What a merge moves depends on the merges before
/// it: only the last of them can be undone exactly.
fn has_later_merge(survivor: &Person, absorbed: MemberId, still_merged: &[Person]) -> bool {
    // The members are in the order of their merges.
    let place = |id: MemberId| survivor.absorbed.iter().position(|other| *other == id);
    let mut direct = still_merged.iter().filter(|one| one.merged_into == Some(survivor.id));
    direct.any(|other| place(other.id) > place(absorbed))
}

/// The content of both entries of an unmerge.
struct Unmerge<'a> {
    scope: &'a Scope,
    given_back: GivenBack,
    at: Instant,
}

impl Unmerge<'_> {
    fn entry(
        &self,
        member: MemberId,
        other: MemberId,
        points: Points,
    ) -> Result<Write, StoreError> {
        let EntryKey { key: Key { pk, sk }, instant } = EntryKey::new(self.scope, member, self.at)?;
        let record = UnmergeRecord {
            pk,
            sk,
            member: member.to_string(),
            instant,
            kind: UNMERGE.to_owned(),
            by: self.scope.credential,
            other: Some(other.to_string()),
            points: points.get(),
            given: self.given_back.given.get(),
            not_given: self.given_back.not_given.get(),
        };
        Ok(Write::put(&record)?.if_absent())
    }
}

fn give_back_if_cancelled(
    item: Item,
    merged_at: &str,
    before: &mut BeforeMerge,
) -> Result<(), StoreError> {
    let record: RedemptionRecord = items::from_item(item, "redemption")?;
    let redemption = record.read()?;
    // The merge and the cancellation may have happened in one second.
    let is_after = record.changed_after_merge && record.changed_at.as_str() >= merged_at;
    if redemption.state == State::Cancelled && is_after {
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
    let cancelled_at = record.cancelled_at.as_deref();
    if !record.cancelled_after_merge || cancelled_at.is_none_or(|at| at < merged_at) {
        return Ok(());
    }
    let day = keys::receipt_at(&record.pk).ok_or(StoreError::Corrupt("purchase"))?.day;
    let total = Cents::new(record.total);
    let (points, held_back) = (Points::new(record.points), record.held_back());
    // Only the points that the cancellation moved, whatever the policy and the daily cap are now.
    let (account, programmes) = (&mut before.absorbed, Programmes::default());
    match record.content()?.kind {
        PurchaseKind::Sale => {
            let points = points - Points::new(record.forgiven.unwrap_or_default());
            let sale = CancelledSale { day, total, points, reversed: held_back };
            ledger::cancel_sale(account, sale, &programmes);
        }
        PurchaseKind::Return { of } => {
            let (sale_day, points) = (of.map(|sale| sale.day), -points - held_back);
            let cancelled = CancelledReturn { day, sale_day, total, points };
            ledger::cancel_return(account, cancelled, &programmes);
        }
    }
    Ok(())
}
