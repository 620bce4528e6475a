//! The plan of a campaign: the walk over the members of a segment, the batches cut from it, and its
//! progress.
//!
//! One transaction writes a batch and the progress of the walk, and the position of the walk gives
//! the batch its identifier. So a planner that was killed and starts again writes the same batches.

use crate::campaign::batch_id::BatchId;
use crate::campaign::position::WalkPosition;
use crate::table::attributes::{self, member_id};
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::transaction::TransactionOutcome;
use crate::table::write::Write;
use crate::{Consistency, Store, StoreError};
use domain::campaign::BATCH_DAYS;
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{CampaignId, Instant, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most members of a batch.
pub const BATCH_MEMBERS: usize = 500;

/// The progress of a campaign's plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The place up to which members were read.
    pub position: WalkPosition,
    /// The number of batches.
    pub batches: u32,
    /// The number of members in the batches.
    pub recipients: u64,
    /// The latest batch. Its message may not be in the queue yet.
    pub last_batch: Option<BatchId>,
    version: u64,
}

impl Plan {
    /// Whether every member was seen.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.position.shard >= MEMBER_SHARDS
    }

    /// Writes the plan of a campaign that has ended, without the last member that was read and the
    /// last batch, which name a member. On condition that the plan is as it was read. A planner that is
    /// still running can cut no further batch.
    pub(crate) fn forget_place(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
    ) -> Result<Write, StoreError> {
        let position = WalkPosition::start_of(self.position.shard);
        let ended = Self { position, last_batch: None, version: self.version + 1, ..self.clone() };
        ended.put(tenant, campaign, self.version)
    }

    /// Writes the plan over the version that was read.
    fn put(&self, tenant: Tenant, campaign: CampaignId, over: u64) -> Result<Write, StoreError> {
        let Key { pk, sk } = keys::plan(tenant, campaign);
        let record = PlanRecord {
            pk,
            sk,
            v: self.version,
            shard: self.position.shard,
            after: self.position.after.map(|member| member.to_string()),
            batches: self.batches,
            recipients: self.recipients,
            last_batch: self.last_batch.map(|batch| batch.to_string()),
        };
        Ok(Write::put(&record)?.over((over > 0).then_some(over)))
    }
}

/// A batch to cut.
#[derive(Debug, Clone, Copy)]
pub struct CutBatch<'a> {
    /// The identifier.
    pub id: BatchId,
    /// The members.
    pub members: &'a [MemberId],
    /// When the batch is cut. It is deleted [`BATCH_DAYS`] later.
    pub at: Instant,
}

#[derive(Serialize, Deserialize)]
struct PlanRecord {
    pk: String,
    sk: String,
    v: u64,
    shard: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    batches: u32,
    recipients: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_batch: Option<String>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct BatchRecord {
    pk: String,
    sk: String,
    /// Sixteen bytes a member.
    #[serde(with = "serde_bytes")]
    members: Vec<u8>,
    /// The members are forgotten then, in whatever state the campaign is.
    ttl: i64,
}

/// When a batch that was cut at an instant is deleted, in seconds since 1970.
pub(crate) fn batch_end(at: Instant) -> i64 {
    at.as_second() + BATCH_DAYS * 86_400
}

impl BatchRecord {
    pub(crate) fn of(
        tenant: Tenant,
        campaign: CampaignId,
        CutBatch { id, members, at }: CutBatch<'_>,
    ) -> Self {
        let Key { pk, sk } = keys::batch(tenant, campaign, id);
        let members = members.iter().flat_map(|member| member.to_bytes()).collect();
        Self { pk, sk, members, ttl: batch_end(at) }
    }

    pub(crate) fn members(&self) -> Vec<MemberId> {
        let (members, _) = self.members.as_chunks::<16>();
        members.iter().map(|bytes| MemberId::from_bytes(*bytes)).collect()
    }
}

impl Store {
    /// The progress of a campaign's plan: 1 strong read.
    pub async fn plan(&self, tenant: Tenant, campaign: CampaignId) -> Result<Plan, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("plan");
        let key = keys::plan(tenant, campaign);
        let Some(record): Option<PlanRecord> = self.get_item(&key, Consistency::Strong).await?
        else {
            return Ok(Plan {
                position: WalkPosition::default(),
                batches: 0,
                recipients: 0,
                last_batch: None,
                version: 0,
            });
        };
        let last_batch = record.last_batch.map(|text| BatchId::parse(&text).ok_or(CORRUPT));
        Ok(Plan {
            position: WalkPosition {
                shard: record.shard,
                after: record.after.as_deref().map(member_id).transpose()?,
            },
            batches: record.batches,
            recipients: record.recipients,
            last_batch: last_batch.transpose()?,
            version: record.v,
        })
    }

    /// Cuts a batch and saves the position of the walk, in 1 transaction. Where `batch` is `None`,
    /// only the position is saved. A full batch costs 18 write units, and the position costs 2.
    /// Returns `false` where another planner saved first.
    pub async fn cut_batch(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        plan: &mut Plan,
        batch: Option<CutBatch<'_>>,
        position: WalkPosition,
    ) -> Result<bool, StoreError> {
        let mut next = plan.clone();
        next.position = position;
        next.version += 1;
        let mut transaction = self.transaction();
        if let Some(cut) = batch {
            next.batches += 1;
            next.recipients += u64::try_from(cut.members.len()).unwrap_or_default();
            next.last_batch = Some(cut.id);
            let record = BatchRecord::of(tenant, campaign, cut);
            transaction.add(Write::put(&record)?.if_absent());
        }
        transaction.add(next.put(tenant, campaign, plan.version)?);
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                *plan = next;
                Ok(true)
            }
            TransactionOutcome::Cancelled(_) => Ok(false),
        }
    }

    /// The batches that are not done: 1 query for each MB of batches. Their members are billed (2
    /// read units each) but not returned.
    pub async fn open_batches(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
    ) -> Result<Vec<BatchId>, StoreError> {
        let mut done = HashSet::new();
        let mut cut = Vec::new();
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk")
            .projection_expression("sk, done_at")
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::campaign_partition(tenant, campaign)),
            )
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let sk = item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str);
            if let Some(batch) = sk.strip_prefix("BATCH#").and_then(BatchId::parse) {
                cut.push(batch);
            } else if let Some(batch) = sk.strip_prefix("SENDING#").and_then(BatchId::parse)
                && item.contains_key("done_at")
            {
                done.insert(batch);
            }
        }
        cut.retain(|batch| !done.contains(batch));
        Ok(cut)
    }
}
