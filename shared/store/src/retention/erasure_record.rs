//! The records of erasures: how many persons were erased on a day, and why. The transaction that
//! decides an erasure writes its record, so that every erasure is counted once.

use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::retention::ErasureReason;
use domain::{Credential, Day, Instant, MemberId};
use serde::Deserialize;

/// A person who was erased. Nothing can be found by the identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasure {
    /// The member.
    pub member: MemberId,
    /// The reason.
    pub reason: ErasureReason,
    /// The credential that asked for the erasure.
    pub by: Credential,
}

/// Some erasures of a day.
pub struct ErasurePage {
    /// The erasures, in the order of their identifiers.
    pub erasures: Vec<Erasure>,
    /// The last member of the page, where more follow.
    pub next: Option<MemberId>,
}

/// How many persons were erased on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErasureCounts {
    /// Persons who did not complete their registration in time.
    pub never_activated: u64,
    /// Persons who were inactive for the period of the sector.
    pub inactive: u64,
    /// Persons who asked for the erasure.
    pub request: u64,
    /// Persons who objected to the processing.
    pub objection: u64,
}

#[derive(Deserialize)]
struct ErasureRecord {
    sk: String,
    reason: String,
    by: String,
}

impl ErasureRecord {
    fn reason(&self) -> Result<ErasureReason, StoreError> {
        ErasureReason::parse(&self.reason).ok_or(StoreError::Corrupt("erasure"))
    }

    fn read(&self) -> Result<Erasure, StoreError> {
        let member = self.sk.split_once('#').map(|(_, id)| MemberId::parse(id));
        let Some(Ok(member)) = member else { return Err(StoreError::Corrupt("erasure")) };
        let by = Credential::parse(&self.by).map_err(|_| StoreError::Corrupt("erasure"))?;
        Ok(Erasure { member, reason: self.reason()?, by })
    }
}

impl Store {
    /// A page of the erasures of a day: 1 query, half a read unit for some thirty of them. Records
    /// are deleted after a year.
    pub async fn erasures(
        &self,
        tenant: Tenant,
        day: Day,
        after: Option<MemberId>,
        limit: usize,
        now: Instant,
    ) -> Result<ErasurePage, StoreError> {
        let start = after.map(|member| items::key_item(&keys::erasure(tenant, day, member)));
        let answer = self
            .erasures_of(tenant, day, now)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let last = answer.last_evaluated_key.map(|key| items::from_item::<Key>(key, "erasure"));
        let next = last.transpose()?.map(|key| {
            let id = key.sk.split_once('#').map(|(_, id)| MemberId::parse(id));
            id.and_then(Result::ok).ok_or(StoreError::Corrupt("erasure"))
        });
        let erasures = answer.items.unwrap_or_default().into_iter().map(|item| {
            items::from_item::<ErasureRecord>(item, "erasure").and_then(|record| record.read())
        });
        Ok(ErasurePage { erasures: erasures.collect::<Result<_, _>>()?, next: next.transpose()? })
    }

    /// The number of persons erased on a day, by reason: 1 query for each MB of records, half a
    /// read unit for some thirty of them.
    pub async fn erasure_counts(
        &self,
        tenant: Tenant,
        day: Day,
        now: Instant,
    ) -> Result<ErasureCounts, StoreError> {
        let mut counts = ErasureCounts::default();
        let mut records = self.erasures_of(tenant, day, now).into_paginator().items().send();
        while let Some(item) = records.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            match items::from_item::<ErasureRecord>(item, "erasure")?.reason()? {
                ErasureReason::NeverActivated => counts.never_activated += 1,
                ErasureReason::Inactive => counts.inactive += 1,
                ErasureReason::Request => counts.request += 1,
                ErasureReason::Objection => counts.objection += 1,
            }
        }
        Ok(counts)
    }

    fn erasures_of(&self, tenant: Tenant, day: Day, now: Instant) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :day)")
            // An item past its end is readable until DynamoDB deletes it.
            .filter_expression("#ttl > :now")
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":pk", attributes::text(keys::erasures_partition(tenant)))
            .expression_attribute_values(":day", attributes::text(format!("{day}#")))
            .expression_attribute_values(":now", attributes::number(now.as_second()))
    }
}
