//! The erasure of one member: decided by one transaction, then carried out, whatever is killed between.
//!
//! The transaction stands on the versions of the person and of the account, so that a purchase which
//! comes first moves the deadline, and one which comes after finds no member. It puts a tombstone in
//! the person's place, which holds nothing of the person and keeps the place in the index `due`: an
//! erasure killed anywhere is found there and carried on. The index `history` is read eventually, and a
//! campaign under way may write a row a moment late: so the tombstone stays a day, and goes after a
//! second look.

use crate::member::contacts::delete_contact;
use crate::member::read::{member_id, members_of};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key, Tenant};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::{Contact, Member, Scope, Store, StoreError};
use domain::retention::{self, ErasureReason};
use domain::values::calendar::PARIS;
use domain::{CouponCode, Day, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};

/// The attribute by which a tombstone is told from a person.
pub(crate) const ERASED_ON: &str = "erased_on";
/// Calls under way at once.
const AT_ONCE: usize = 8;

/// What stands of a member whose day in the index has come.
pub enum DueMember {
    /// The member.
    Member(Box<Member>),
    /// A tombstone: the erasure is decided, and may not be carried out.
    Erased(Tombstone),
    /// Nothing, or a member merged into another one, which has the deadline of both.
    Gone,
}

/// An erasure that was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// Who it was.
    pub member: MemberId,
    /// The members merged into it, whose data go with it.
    pub absorbed: Vec<MemberId>,
    /// The day on which it was decided.
    pub erased_on: Day,
    /// Why.
    pub reason: ErasureReason,
}

#[derive(Serialize, Deserialize)]
struct TombstoneRecord {
    pk: String,
    sk: String,
    v: u64,
    erased_on: String,
    reason: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absorbed: Vec<String>,
    due_bucket: String,
    due_at: String,
}

impl TombstoneRecord {
    /// It keeps the person's day in the index, so that writing it costs the index nothing.
    fn of(scope: &Scope, member: &Member, tombstone: &Tombstone) -> Self {
        let Key { pk, sk } = keys::person(scope.tenant(), tombstone.member);
        let due = member.person.due.unwrap_or(tombstone.erased_on);
        Self {
            pk,
            sk,
            v: member.person.version + 1,
            erased_on: tombstone.erased_on.to_string(),
            reason: tombstone.reason.as_str().to_owned(),
            absorbed: tombstone.absorbed.iter().map(ToString::to_string).collect(),
            due_bucket: keys::due_bucket(due, tombstone.member),
            due_at: keys::due_at(due, tombstone.member),
        }
    }

    fn read(&self, member: MemberId) -> Result<Tombstone, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("tombstone");
        Ok(Tombstone {
            member,
            absorbed: self.absorbed.iter().map(|id| member_id(id)).collect::<Result<_, _>>()?,
            erased_on: Day::parse(&self.erased_on).map_err(|_| CORRUPT)?,
            reason: ErasureReason::parse(&self.reason).ok_or(CORRUPT)?,
        })
    }
}

/// What stays of an erasure for a year: an identifier that leads nowhere, and why.
#[derive(Serialize)]
struct ErasureRecord {
    pk: String,
    sk: String,
    reason: &'static str,
    ttl: i64,
}

/// What keeps an erased person's contact from coming back with a file.
#[derive(Serialize)]
struct SuppressedRecord {
    pk: String,
    sk: String,
    reason: &'static str,
    ttl: i64,
}

/// The coupon that a row of a member's leads to.
fn given_coupon(tenant: Tenant, row: &Item) -> Option<Key> {
    let code = row.get("sk")?.as_s().ok()?.strip_prefix(keys::MEMBER_COUPON_PREFIX)?;
    Some(keys::coupon(tenant, &CouponCode::parse(code).ok()?))
}

/// Epoch seconds of the end of something that begins on a day and lasts so many months.
fn end(from: Day, months: i32) -> i64 {
    from.plus_months(months).start(&PARIS).as_second()
}

impl Store {
    /// What stands of a member: 1 query, half a read unit. Read eventually: what is done with it
    /// stands on the versions that were read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn due_member(&self, scope: &Scope, id: MemberId) -> Result<DueMember, StoreError> {
        self.read_due_member(scope, id, false).await
    }

    /// As [`Store::due_member`], read strongly, at twice the cost.
    ///
    /// # Errors
    /// As [`Store::due_member`].
    pub async fn due_member_fresh(
        &self,
        scope: &Scope,
        id: MemberId,
    ) -> Result<DueMember, StoreError> {
        self.read_due_member(scope, id, true).await
    }

    async fn read_due_member(
        &self,
        scope: &Scope,
        id: MemberId,
        strongly: bool,
    ) -> Result<DueMember, StoreError> {
        let partition = keys::member_partition(scope.tenant(), id.shard());
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
            .expression_attribute_values(":pk", items::text(partition))
            .expression_attribute_values(":prefix", items::text(keys::member_prefix(id)))
            .consistent_read(strongly)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut read = answer.items.unwrap_or_default();
        if let Some(at) = read.iter().position(|item| item.contains_key(ERASED_ON)) {
            let record: TombstoneRecord = items::from_item(read.swap_remove(at), "tombstone")?;
            return Ok(DueMember::Erased(record.read(id)?));
        }
        let member = members_of(scope, read)?.pop();
        Ok(match member.filter(|member| member.person.merged_into.is_none()) {
            Some(member) => DueMember::Member(Box::new(member)),
            None => DueMember::Gone,
        })
    }

    /// Decides the erasure of a member as it was read: 1 transaction of 5 items, 10 write units, 4
    /// more for each card and 4 for an e-mail address. Account and contacts are gone with it, no file
    /// brings the contacts back, and the record of the erasure stands. `None` where the member was
    /// written since it was read: nothing happened, read anew.
    ///
    /// An e-mail address is suppressed though a family shares it: the entry counts only where no
    /// member stands beside it, as a mobile's does.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn decide_erasure(
        &self,
        scope: &Scope,
        member: &Member,
        reason: ErasureReason,
        today: Day,
    ) -> Result<Option<Tombstone>, StoreError> {
        let tombstone = Tombstone {
            member: member.person.id,
            absorbed: member.person.absorbed.clone(),
            erased_on: today,
            reason,
        };
        let record = TombstoneRecord::of(scope, member, &tombstone);
        let Key { pk, sk } = keys::erasure(scope.tenant(), today, tombstone.member);
        let ttl = end(today, retention::ERASURE_RECORD_MONTHS);
        let erasure = ErasureRecord { pk, sk, reason: reason.as_str(), ttl };
        let mut transaction = self.transaction();
        transaction.add(Write::put(&record)?.if_version(member.person.version));
        transaction.add(Write::put(&erasure)?);
        remove_member(&mut transaction, scope, member, &tombstone)?;
        match transaction.commit().await? {
            TransactionOutcome::Committed => Ok(Some(tombstone)),
            TransactionOutcome::Cancelled(_) => Ok(None),
        }
    }

    /// Carries out an erasure that was decided, as often as it is called: the members merged into the
    /// erased one, everybody's purchases and rows. On the day of the decision the tombstone gets the
    /// next day in the index, and after that it goes. 2 queries a member, half a read unit each for
    /// some twenty entries; 2 write units a purchase, 1 a row, 3 the tombstone's new day, 2 its end.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`]; the next sweep goes on.
    pub async fn carry_out_erasure(
        &self,
        scope: &Scope,
        tombstone: &Tombstone,
        today: Day,
    ) -> Result<(), StoreError> {
        for absorbed in &tombstone.absorbed {
            self.erase_absorbed(scope, *absorbed, tombstone).await?;
        }
        for member in std::iter::once(&tombstone.member).chain(&tombstone.absorbed) {
            self.delete_rows(scope, *member).await?;
            self.delete_purchases(scope, *member).await?;
        }
        if today > tombstone.erased_on {
            self.remove_tombstone(scope, tombstone).await
        } else {
            self.look_again(scope, tombstone).await
        }
    }

    /// A member that was merged into the erased one goes by a transaction of its own.
    async fn erase_absorbed(
        &self,
        scope: &Scope,
        id: MemberId,
        tombstone: &Tombstone,
    ) -> Result<(), StoreError> {
        retry(|_| async move {
            let member = match self.member_itself(scope, id).await {
                Err(StoreError::NotFound(_)) => return Ok(Attempt::Done(())),
                read => read?,
            };
            let person = keys::person(scope.tenant(), id);
            let mut transaction = self.transaction();
            transaction.add(Write::delete(&person).if_version(member.person.version));
            remove_member(&mut transaction, scope, &member, tombstone)?;
            Ok(transaction.commit().await?.done(()))
        })
        .await
    }

    /// What belongs to a member alone: notes of the ledger, redemptions, messages received, coupons given,
    /// and how often offers were used and rewards had. A coupon that only the member could use goes before the row that leads
    /// to it.
    async fn delete_rows(&self, scope: &Scope, member: MemberId) -> Result<(), StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk")
            .projection_expression("pk, sk")
            .expression_attribute_values(
                ":pk",
                items::text(keys::member_rows(scope.tenant(), member)),
            )
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let rows = page.map_err(StoreError::unavailable)?.items.unwrap_or_default();
            let given = rows.iter().filter_map(|row| given_coupon(scope.tenant(), row));
            self.delete_items(given.map(|key| items::key_item(&key)).collect()).await?;
            self.delete_items(rows).await?;
        }
        Ok(())
    }

    /// A member's purchases, cancelled ones included. Each on condition that it still is the member's:
    /// a cancelled receipt may have been sent anew for somebody else.
    async fn delete_purchases(&self, scope: &Scope, member: MemberId) -> Result<(), StoreError> {
        let receipts = keys::receipt_prefix(scope.tenant());
        let keys = self.history_keys(member).await?;
        let purchases = keys.into_iter().filter(|key| key.pk.starts_with(&receipts));
        let deletions: Vec<_> = purchases.map(|key| self.delete_purchase(key, member)).collect();
        stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        Ok(())
    }

    async fn delete_purchase(&self, key: Key, member: MemberId) -> Result<(), StoreError> {
        let delete = Write::delete(&key)
            .condition("#member = :member")
            .name("#member", "member")
            .value(":member", items::text(member.to_string()));
        self.write(delete).await?;
        Ok(())
    }

    /// Gives a tombstone the day after the erasure in the index.
    async fn look_again(&self, scope: &Scope, tombstone: &Tombstone) -> Result<(), StoreError> {
        let (member, day) = (tombstone.member, retention::second_look(tombstone.erased_on));
        let person = keys::person(scope.tenant(), member);
        let update = Write::update(&person, "SET due_bucket = :bucket, due_at = :at")
            .condition("attribute_exists(erased_on)")
            .value(":bucket", items::text(keys::due_bucket(day, member)))
            .value(":at", items::text(keys::due_at(day, member)));
        self.write(update).await?;
        Ok(())
    }

    async fn remove_tombstone(
        &self,
        scope: &Scope,
        tombstone: &Tombstone,
    ) -> Result<(), StoreError> {
        self.write(Write::delete(&keys::person(scope.tenant(), tombstone.member))).await?;
        Ok(())
    }
}

/// Adds the writes by which a member's account and contacts go, and the contacts stay away.
fn remove_member(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    member: &Member,
    tombstone: &Tombstone,
) -> Result<(), StoreError> {
    let person = &member.person;
    let account = keys::account(scope.tenant(), person.id);
    transaction.add(Write::delete(&account).if_version(member.account_version));
    let mobile = Contact::Mobile(person.mobile.clone());
    let card = person.details.card.iter().filter(|_| !person.card_is_blocked());
    let cards = card.chain(&person.blocked_cards).cloned().map(Contact::Card);
    let mut contacts: Vec<(Key, Key)> = std::iter::once(mobile)
        .chain(cards)
        .map(|contact| (scope.contact_key(&contact), scope.suppressed_key(&contact)))
        .collect();
    if let Some(email) = &person.details.email {
        contacts.push((scope.email_key(email, person.id), scope.suppressed_email_key(email)));
    }
    let reason = tombstone.reason.as_str();
    let ttl = end(tombstone.erased_on, retention::SUPPRESSED_MONTHS);
    for (contact, Key { pk, sk }) in contacts {
        transaction.add(delete_contact(&contact, person.id));
        transaction.add(Write::put(&SuppressedRecord { pk, sk, reason, ttl })?);
    }
    Ok(())
}
