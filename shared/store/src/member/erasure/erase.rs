//! The erasure of a member. One transaction commits the decision, and the deletions that follow can
//! be resumed.
//!
//! The transaction has conditions on the versions of the person and of the account. So the
//! transaction fails where a purchase was recorded since the read, and a later purchase finds no
//! member. The transaction replaces the person by a tombstone. The tombstone has no personal data
//! and keeps the place in the index `due`, so that the sweep finds an interrupted erasure and
//! continues it.
//!
//! The index `history` is read eventually, and a running campaign may write a message a moment
//! after the deletions. Therefore the tombstone stays for a day, and the deletions are repeated
//! before the tombstone is deleted.

use crate::member::contacts::delete_contact;
use crate::member::erasure::notes::others_named;
use crate::member::erasure::suppression::{AnyContact, Suppressing, contacts_of, end};
use crate::member::erasure::tombstone::{DueMember, Tombstone, TombstoneRecord};
use crate::table::attributes;
use crate::table::items::Item;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::tenant::Tenant;
use crate::table::transaction::{Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::{Contact, LoginState, Member, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::retention::{self, ErasureReason};
use domain::{CouponCode, Day, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;

/// Calls at the same time.
const AT_ONCE: usize = 8;

/// The record of an erasure, stored for a year: an identifier that leads to nothing, the reason, and
/// the credential that asked for the erasure.
#[derive(Serialize)]
struct ErasureRecord {
    pk: String,
    sk: String,
    reason: &'static str,
    by: String,
    ttl: i64,
}

/// The record of an erasure, which a request after a deadline writes again.
pub(crate) fn put_erasure_record(scope: &Scope, erased: &Tombstone) -> Result<Write, StoreError> {
    let Tombstone { member, erased_on, reason, .. } = erased;
    let Key { pk, sk } = keys::erasure(scope.tenant(), *erased_on, *member);
    let ttl = end(*erased_on, retention::ERASURE_RECORD_MONTHS);
    let (reason, by) = (reason.as_str(), scope.credential.to_string());
    Write::put(&ErasureRecord { pk, sk, reason, by, ttl })
}

/// The coupon that a member's row leads to.
fn given_coupon(tenant: Tenant, row: &Item) -> Option<Key> {
    let code = row.get("sk")?.as_s().ok()?.strip_prefix(keys::MEMBER_COUPON_PREFIX)?;
    Some(keys::coupon(tenant, &CouponCode::parse(code).ok()?))
}

impl Store {
    /// Commits the decision to erase a member. The transaction deletes the account, the login and the
    /// contacts, suppresses the contacts, and writes the record of the erasure. `None` where the
    /// member, the login, or an opposition of a contact, was written since the read: nothing was
    /// written, and the member must be read again.
    ///
    /// The cost is 1 transaction of 6 items (12 write units), with 4 more write units for each card
    /// and 6 for an e-mail address, and 2 where the member's day in the index `due` is after `today` or
    /// before the last month. The oppositions of the person cost 2 more and 1 read unit, and as much
    /// again where they include e-mails. A survivor of a merge costs 1 read unit, for the entry of the
    /// mobile.
    ///
    /// An e-mail address is suppressed even where a family shares it: present members stay, and no
    /// file enrols another person with the address.
    pub async fn decide_erasure(
        &self,
        scope: &Scope,
        member: &Member,
        login: &LoginState,
        reason: ErasureReason,
        today: Day,
    ) -> Result<Option<Tombstone>, StoreError> {
        let tombstone = Tombstone {
            member: member.person.id,
            absorbed: member.person.absorbed.clone(),
            erased_on: today,
            reason,
        };
        let mut transaction = self.transaction();
        let suppressed = self.remove_member(&mut transaction, scope, member, &tombstone).await?;
        let record = TombstoneRecord::of(scope, member, &tombstone, &suppressed);
        transaction.add(Write::put(&record)?.if_version(member.person.version));
        transaction.add(put_erasure_record(scope, &tombstone)?);
        transaction.add(login.delete());
        self.leave_email(&mut transaction, scope, member).await?;
        match transaction.commit().await? {
            TransactionOutcome::Committed => Ok(Some(tombstone)),
            TransactionOutcome::Cancelled(_) => Ok(None),
        }
    }

    /// Carries out an erasure that was decided. The function deletes the members who were merged
    /// into the erased member, and the purchases and rows of all these members. A second call
    /// changes nothing. A call on the day of the decision moves the tombstone to the next day in
    /// the index `due`. A call on a later day deletes the tombstone. The cost:
    ///
    /// * for each member: 2 queries, half a read unit each for some twenty entries, and 1 write unit for the login
    /// * for each member who was merged into the erased one: 1 read unit, for the entry of the mobile
    /// * for each other member whose notes name the erased one: 1 query, and 1 write unit for each note
    /// * for each purchase: 2 write units
    /// * for each row: 1 write unit, and 1 more for a coupon that only the member could use
    /// * for the tombstone: 3 write units for the new day, or 2 for the deletion
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
            self.write(Write::delete(&keys::login(scope.tenant(), *member))).await?;
            self.delete_rows(scope, *member, tombstone).await?;
            self.delete_purchases(scope, *member).await?;
        }
        if today > tombstone.erased_on {
            self.remove_tombstone(scope, tombstone).await
        } else {
            self.look_again(scope, tombstone).await
        }
    }

    /// Deletes a member who was merged into the erased one, with the login, in a transaction of its own. The tombstone
    /// gets the suppressed contacts, on condition that it still has the reason that they were
    /// suppressed for.
    pub(crate) async fn erase_absorbed(
        &self,
        scope: &Scope,
        id: MemberId,
        tombstone: &Tombstone,
    ) -> Result<(), StoreError> {
        retry(|attempt| async move {
            let member = match self.member_itself(scope, id).await {
                Err(StoreError::NotFound(_)) => return Ok(Attempt::Done(())),
                read => read?,
            };
            let tombstone = match attempt {
                0 => tombstone.clone(),
                _ => match self.due_member_fresh(scope, tombstone.member).await? {
                    DueMember::Erased(tombstone) => tombstone,
                    _ => return Ok(Attempt::Done(())),
                },
            };
            let person = keys::person(scope.tenant(), id);
            let mut transaction = self.transaction();
            transaction.add(Write::delete(&person).if_version(member.person.version));
            // No later write of the login succeeds: each has the condition that the login or the person is there.
            transaction.add(Write::delete(&keys::login(scope.tenant(), id)));
            let suppressed =
                self.remove_member(&mut transaction, scope, &member, &tombstone).await?;
            transaction.add(add_suppressed(scope, &tombstone, suppressed));
            self.leave_email(&mut transaction, scope, &member).await?;
            Ok(transaction.commit().await?.done(()))
        })
        .await
    }

    /// Adds the writes that delete a member's account and contacts, and suppress the contacts. Returns the
    /// entries of the suppressed contacts. An entry of another member of the merge is deleted with that member.
    async fn remove_member(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        member: &Member,
        tombstone: &Tombstone,
    ) -> Result<Vec<Key>, StoreError> {
        let person = &member.person;
        let account = keys::account(scope.tenant(), person.id);
        transaction.add(Write::delete(&account).if_version(member.account_version));
        let Tombstone { reason, erased_on: on, .. } = *tombstone;
        let suppressing = Suppressing { reason, on, by: scope.credential };
        let absorbed = &tombstone.absorbed;
        let holder = self.mobile_holder(scope, person.id, absorbed, &person.mobile).await?;
        let mut suppressed = vec![];
        for contact in contacts_of(person) {
            let is_anothers =
                matches!(&contact, AnyContact::Sole(Contact::Mobile(_))) && holder != person.id;
            if let AnyContact::Sole(contact) = &contact
                && !is_anothers
            {
                transaction.add(delete_contact(&scope.contact_key(contact), person.id));
            }
            let key = scope.suppressed_key(&contact);
            transaction.add(suppressing.write(&key));
            suppressed.push(key);
        }
        self.keep_oppositions(transaction, scope, person, on).await?;
        Ok(suppressed)
    }

    /// Adds the writes by which a member gives up the e-mail address: 1 strong query for an address that
    /// other members share.
    async fn leave_email(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        member: &Member,
    ) -> Result<(), StoreError> {
        if let Some((email, holders)) = self.email_holders_with(scope, &member.person).await? {
            holders.leave(transaction, scope, &email, member.person.id);
        }
        Ok(())
    }

    /// Deletes the rows of a member: entries of the ledger, redemptions, messages, coupons, and
    /// counts of offers and rewards. A coupon that only the member could use is deleted before the
    /// row that leads to it, and the notes of other members lose the identifier before the note that
    /// names the other member is deleted.
    async fn delete_rows(
        &self,
        scope: &Scope,
        member: MemberId,
        tombstone: &Tombstone,
    ) -> Result<(), StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk")
            .projection_expression("pk, sk, absorbed, #other")
            .expression_attribute_names("#other", "other")
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::member_rows(scope.tenant(), member)),
            )
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let mut rows = page.map_err(StoreError::unavailable)?.items.unwrap_or_default();
            for other in others_named(&mut rows, tombstone)? {
                self.forget_in_notes(scope, other, member).await?;
            }
            let given = rows.iter().filter_map(|row| given_coupon(scope.tenant(), row));
            let deletions: Vec<_> = given.map(|key| self.delete_coupon(key, member)).collect();
            stream::iter(deletions).buffer_unordered(AT_ONCE).try_collect::<()>().await?;
            self.delete_items(rows).await?;
        }
        Ok(())
    }

    /// Deletes a coupon that only the member could use. A code that the merchant created again, after an
    /// interrupted erasure had deleted it, stays.
    async fn delete_coupon(&self, key: Key, member: MemberId) -> Result<(), StoreError> {
        let delete = Write::delete(&key)
            .condition("bound_to = :member")
            .value(":member", attributes::text(member.to_string()));
        self.write(delete).await?;
        Ok(())
    }

    /// Deletes a member's purchases, including the cancelled purchases. Each deletion has the
    /// condition that the purchase is still the member's: a cancelled receipt may have been
    /// recorded again for another customer.
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
            .value(":member", attributes::text(member.to_string()));
        self.write(delete).await?;
        Ok(())
    }

    /// Moves the tombstone to the day after the erasure in the index `due`.
    async fn look_again(&self, scope: &Scope, tombstone: &Tombstone) -> Result<(), StoreError> {
        let (member, day) = (tombstone.member, retention::second_look(tombstone.erased_on));
        let person = keys::person(scope.tenant(), member);
        let update = Write::update(&person, "SET due_bucket = :bucket, due_at = :at")
            .condition("attribute_exists(erased_on)")
            .value(":bucket", attributes::text(keys::due_bucket(day, member)))
            .value(":at", attributes::text(keys::due_at(day, member)));
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

fn add_suppressed(scope: &Scope, tombstone: &Tombstone, suppressed: Vec<Key>) -> Write {
    let set = "SET suppressed = list_append(suppressed, :added), v = v + :one";
    let added = suppressed.into_iter().map(|key| attributes::text(key.pk)).collect();
    Write::update(&keys::person(scope.tenant(), tombstone.member), set)
        .condition("reason = :reason")
        .value(":added", AttributeValue::L(added))
        .value(":one", attributes::number(1))
        .value(":reason", attributes::text(tombstone.reason.as_str()))
}
