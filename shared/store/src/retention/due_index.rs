//! The index `due`: entries with a deadline, by the month and the shard of the deadline.
//!
//! A member has one entry from its creation to its erasure. A purchase does not change the entry.
//! On the day of the entry the sweep computes the real deadline, and then moves the entry to a
//! later day or erases the member.

use crate::table::attributes;
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use domain::{Day, MemberId, MerchantId, Month, Person};
use serde::{Deserialize, Serialize};

/// Entries of a page.
const PAGE: i32 = 500;

/// A part of the index that one sweep reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DueBucket {
    /// The month of its days.
    pub month: Month,
    /// One of [`crate::MEMBER_SHARDS`].
    pub shard: u8,
}

impl DueBucket {
    /// The bucket of a month and a shard; `None` for a shard that does not exist.
    #[must_use]
    pub fn new(month: Month, shard: u8) -> Option<Self> {
        (shard < crate::MEMBER_SHARDS).then_some(Self { month, shard })
    }
}

/// An entry of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// A member, or the tombstone of a member whose erasure has begun.
    Member {
        /// The tenant that the member belongs to.
        tenant: Tenant,
        /// The member.
        member: MemberId,
        /// The day.
        day: Day,
    },
    /// A merchant whose contract has ended.
    Merchant {
        /// The merchant.
        merchant: MerchantId,
        /// The day.
        day: Day,
    },
}

impl Due {
    /// The merchant of the entry.
    #[must_use]
    pub const fn merchant(&self) -> MerchantId {
        match self {
            Self::Member { tenant, .. } => tenant.merchant,
            Self::Merchant { merchant, .. } => *merchant,
        }
    }
}

/// The end of a page of the index.
pub struct DueAfter(Item);

/// Some entries of a bucket, the earliest days first.
pub struct DuePage {
    /// The entries.
    pub due: Vec<Due>,
    /// The number of entries that cannot be read: a defect.
    pub unreadable: usize,
    /// Where the next page begins.
    pub next: Option<DueAfter>,
}

#[derive(Deserialize)]
struct DueRecord {
    pk: String,
    sk: String,
    due_at: String,
}

impl DueRecord {
    fn read(&self) -> Option<Due> {
        let (day, named) = self.due_at.split_once('#')?;
        let day = Day::parse(day).ok()?;
        let (kind, id) = named.split_once('#')?;
        match kind {
            "MEMBER" => {
                let (tenant, _) = self.pk.rsplit_once("#S#")?;
                let tenant = Tenant::parse(tenant)?;
                Some(Due::Member { tenant, member: MemberId::parse(id).ok()?, day })
            }
            "MERCHANT" if self.sk == keys::PROFILE => {
                Some(Due::Merchant { merchant: MerchantId::parse(id).ok()?, day })
            }
            _ => None,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct SweptRecord {
    pk: String,
    sk: String,
    first_month: String,
}

/// The end of the range of all days up to this one: `~` sorts after every character that follows a
/// day.
fn up_to(day: Day) -> String {
    format!("{day}~")
}

impl Store {
    /// A page of the entries of a bucket up to a day, that day included: 1 query of the index, half
    /// a read unit for some twenty entries.
    pub async fn due(
        &self,
        bucket: DueBucket,
        until: Day,
        after: Option<DueAfter>,
    ) -> Result<DuePage, StoreError> {
        let answer = self
            .bucket(bucket, up_to(until))
            .limit(PAGE)
            .set_exclusive_start_key(after.map(|DueAfter(key)| key))
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut page = DuePage {
            due: Vec::new(),
            unreadable: 0,
            next: answer.last_evaluated_key.map(DueAfter),
        };
        for item in answer.items.unwrap_or_default() {
            match items::from_item::<DueRecord>(item, "due").ok().and_then(|entry| entry.read()) {
                Some(due) => page.due.push(due),
                None => page.unreadable += 1,
            }
        }
        Ok(page)
    }

    /// The earliest day in a bucket, if it is not after `until`: 1 query of the index, half a read
    /// unit.
    pub async fn earliest_due(
        &self,
        bucket: DueBucket,
        until: Day,
    ) -> Result<Option<Day>, StoreError> {
        let first = self.bucket(bucket, up_to(until)).limit(1).send().await;
        let item = first.map_err(StoreError::unavailable)?.items.unwrap_or_default().pop();
        let Some(item) = item else { return Ok(None) };
        let entry: DueRecord = items::from_item(item, "due")?;
        let day = entry.due_at.split('#').next().map(Day::parse);
        day.transpose().map_err(|_| StoreError::Corrupt("due"))
    }

    /// The number of entries of a bucket before `day`: 1 query of the index for each MB, half a
    /// read unit for some twenty entries.
    pub async fn due_before(&self, bucket: DueBucket, day: Day) -> Result<u64, StoreError> {
        let mut pages =
            self.bucket(bucket, day.to_string()).select(Select::Count).into_paginator().send();
        let mut count = 0;
        while let Some(page) = pages.next().await {
            count += u64::try_from(page.map_err(StoreError::unavailable)?.count).unwrap_or(0);
        }
        Ok(count)
    }

    fn bucket(&self, bucket: DueBucket, until: String) -> QueryFluentBuilder {
        let bucket = keys::due_bucket_of(bucket.month, bucket.shard);
        self.client
            .query()
            .table_name(&*self.table)
            .index_name("due")
            .key_condition_expression("due_bucket = :bucket AND due_at < :until")
            .expression_attribute_values(":bucket", attributes::text(bucket))
            .expression_attribute_values(":until", attributes::text(until))
    }

    /// The first month that may still have entries, as the last sweep stored it: 1 round trip, half
    /// a read unit. `None` before the first sweep.
    pub async fn first_month_to_sweep(&self) -> Result<Option<Month>, StoreError> {
        let stored: Option<SweptRecord> =
            self.get_item(&keys::swept(), Consistency::Eventual).await?;
        let month = stored.map(|record| Month::parse(&record.first_month));
        month.transpose().map_err(|_| StoreError::Corrupt("swept"))
    }

    /// Stores that every earlier month is empty: 1 write unit, without a condition, because a month
    /// that is too early only costs the next sweep some queries.
    pub async fn save_first_month(&self, first_month: Month) -> Result<(), StoreError> {
        let Key { pk, sk } = keys::swept();
        let record = SweptRecord { pk, sk, first_month: first_month.to_string() };
        self.write(Write::put(&record)?).await?;
        Ok(())
    }

    /// Moves a member to another day in the index: 1 write unit for each KB of the person and 2 for
    /// the index. Returns `false` where the person changed since it was read.
    pub async fn rearm(
        &self,
        scope: &Scope,
        person: &Person,
        day: Day,
    ) -> Result<bool, StoreError> {
        let key = keys::person(scope.tenant(), person.id);
        let update = Write::update(&key, "SET due_bucket = :bucket, due_at = :at, v = :next")
            .if_version(person.version)
            .value(":bucket", attributes::text(keys::due_bucket(day, person.id)))
            .value(":at", attributes::text(keys::due_at(day, person.id)))
            .value(":next", attributes::number(person.version + 1));
        Ok(self.write(update).await?.is_done())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Mode;
    use rstest::rstest;

    const MERCHANT: &str = "01KA0000000000000000000000";
    const MEMBER: &str = "01KA0000000000000000000001";

    fn read(pk: &str, sk: &str, due_at: &str) -> Option<Due> {
        DueRecord { pk: pk.to_owned(), sk: sk.to_owned(), due_at: due_at.to_owned() }.read()
    }

    #[rstest]
    #[case("", Mode::Live)]
    #[case("#TEST", Mode::Test)]
    fn an_entry_tells_whose_member_is_due_and_when(#[case] data: &str, #[case] mode: Mode) {
        let due = read(
            &format!("M#{MERCHANT}{data}#S#01"),
            &format!("MEMBER#{MEMBER}#PERSON"),
            &format!("2026-11-24#MEMBER#{MEMBER}"),
        );
        let tenant = Tenant { merchant: MerchantId::parse(MERCHANT).unwrap(), mode };
        let (member, day) = (MemberId::parse(MEMBER).unwrap(), Day::parse("2026-11-24").unwrap());
        assert_eq!(due, Some(Due::Member { tenant, member, day }));
    }

    #[rstest]
    #[case("PROFILE", &format!("2026-11-24#MERCHANT#{MERCHANT}"), true)]
    #[case("SHOP#paris", &format!("2026-11-24#MERCHANT#{MERCHANT}"), false)]
    #[case("PROFILE", &format!("2026-11-31#MERCHANT#{MERCHANT}"), false)]
    #[case("PROFILE", "2026-11-24", false)]
    #[case("PROFILE", &format!("2026-11-24#CAMPAIGN#{MERCHANT}"), false)]
    fn an_entry_of_a_merchant_is_its_profile(
        #[case] sk: &str,
        #[case] due_at: &str,
        #[case] is_one: bool,
    ) {
        assert_eq!(read(&format!("M#{MERCHANT}"), sk, due_at).is_some(), is_one);
    }

    #[test]
    fn a_bucket_is_a_month_and_one_of_the_shards() {
        let month = Month::parse("2026-11").unwrap();
        let bucket = DueBucket::new(month, crate::MEMBER_SHARDS - 1).unwrap();
        assert_eq!(keys::due_bucket_of(bucket.month, bucket.shard), "DUE#2026-11#15");
        assert_eq!(DueBucket::new(month, crate::MEMBER_SHARDS), None);
    }
}
