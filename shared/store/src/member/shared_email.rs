//! The members who share an e-mail address.
//!
//! An address has one item that counts its members. The member who joins an address that somebody has
//! is marked, and so is the member who had the address alone (`shares_email` of the person). A
//! campaign asks only for marked members whether another member got the message. The others cost
//! nothing.

use crate::member::consent::opposed_contact::ContactOppositions;
use crate::member::contacts::{delete_contact, put_contact};
use crate::table::attributes::{self, member_id};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::MemberId;
use domain::member::{Email, Person};
use serde::Serialize;
use std::collections::VecDeque;

/// From so many members on, an address is no longer counted: it belongs to no family, and stays shared.
/// So a file with one address in every row does not write one item for every row.
const MOST_COUNTED: u64 = 100;

#[derive(Serialize)]
struct HoldersRecord {
    pk: String,
    sk: String,
    holders: u64,
}

/// The members who have an address, and the oppositions of the address, as they were read.
pub(crate) struct Holders {
    count: u64,
    /// The member who has the address alone.
    only: Option<MemberId>,
    /// The oppositions of the address.
    pub(crate) oppositions: ContactOppositions,
}

impl Holders {
    /// An address that one member has, for [`Holders::leave`].
    fn one() -> Self {
        Self { count: 1, only: None, oppositions: ContactOppositions::default() }
    }

    /// Whether a member who joins shares the address.
    pub(crate) const fn is_taken(&self) -> bool {
        self.count > 0
    }

    /// Adds the writes by which a member gets the address, on condition that the number of members is
    /// the one that was read.
    pub(crate) fn join(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        email: &Email,
        member: MemberId,
    ) -> Result<(), StoreError> {
        transaction.add(put_contact(scope.email_key(email, member), member, Some(member))?);
        let key = scope.holders_key(email);
        match self.count {
            0 => {
                let Key { pk, sk } = key;
                transaction.add(Write::put(&HoldersRecord { pk, sk, holders: 1 })?.if_absent());
            }
            MOST_COUNTED.. => {}
            count => transaction.add(self.count_to(&key, count + 1)),
        }
        if let Some(only) = self.only {
            let person = keys::person(scope.tenant(), only);
            let mark = Write::update(&person, "SET shares_email = :true, v = v + :one");
            // A tombstone has no mobile.
            let mark = mark.condition("attribute_exists(mobile)");
            let mark = mark.value(":true", AttributeValue::Bool(true));
            transaction.add(mark.value(":one", attributes::number(1)));
        }
        Ok(())
    }

    /// Adds the writes by which a member gives the address up, on the condition of [`Holders::join`].
    pub(crate) fn leave(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        email: &Email,
        member: MemberId,
    ) {
        transaction.add(delete_contact(&scope.email_key(email, member), member));
        let key = scope.holders_key(email);
        match self.count {
            0 | 1 => {
                let last = Write::delete(&key);
                let last = last.condition("attribute_not_exists(pk) OR holders = :count");
                transaction.add(last.value(":count", attributes::number(self.count)));
            }
            MOST_COUNTED.. => {}
            count => transaction.add(self.count_to(&key, count - 1)),
        }
    }

    fn count_to(&self, key: &Key, after: u64) -> Write {
        Write::update(key, "SET holders = :after")
            .condition("holders = :count")
            .value(":count", attributes::number(self.count))
            .value(":after", attributes::number(after))
    }
}

impl Store {
    /// The members who have an address, and its oppositions: 1 strong query of 1 read unit.
    pub(crate) async fn email_holders(
        &self,
        scope: &Scope,
        email: &Email,
    ) -> Result<Holders, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("contact");
        let Key { pk, .. } = scope.holders_key(email);
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND sk BETWEEN :first AND :last")
            .expression_attribute_values(":pk", attributes::text(pk))
            .expression_attribute_values(":first", attributes::text(keys::DO_NOT_CONTACT))
            .expression_attribute_values(":last", attributes::text("MEMBER#~"))
            // The oppositions, the count, and the first member: the only one where the count is one.
            .limit(3)
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut items = VecDeque::from(answer.items.unwrap_or_default());
        let is_opposed = |item: &mut Item| {
            item.get("sk")
                .and_then(|sk| sk.as_s().ok())
                .is_some_and(|sk| sk == keys::DO_NOT_CONTACT)
        };
        let oppositions = match items.pop_front_if(is_opposed) {
            Some(item) => ContactOppositions::read(&items::from_item(item, "contact")?)?,
            None => ContactOppositions::default(),
        };
        let number = |item: &Item| item.get("holders")?.as_n().ok()?.parse::<u64>().ok();
        let Some(count) = items.front().and_then(number) else {
            return Ok(Holders { count: 0, only: None, oppositions });
        };
        let only = match (count, items.get(1).and_then(|item| item.get("holder")?.as_s().ok())) {
            (1, Some(holder)) => Some(member_id(holder)?),
            (1, None) => return Err(CORRUPT),
            _ => None,
        };
        Ok(Holders { count, only, oppositions })
    }

    /// The members who have the address of a person, for [`Holders::leave`]. Only an address that the
    /// person shares is read.
    pub(crate) async fn email_holders_with(
        &self,
        scope: &Scope,
        person: &Person,
    ) -> Result<Option<(Email, Holders)>, StoreError> {
        let Some(email) = person.details.email.clone() else { return Ok(None) };
        let holders = if person.shares_email {
            self.email_holders(scope, &email).await?
        } else {
            Holders::one()
        };
        Ok(Some((email, holders)))
    }
}
