//! A campaign's plan: the walk over a segment's members, the batches cut from it, and how far it is.
//!
//! A batch and the walk's progress are written in one transaction, and a batch is named by the walk's
//! cursor: a planner killed anywhere and started again writes the same batches.

use crate::member::consent::ConsentsRecord;
use crate::member::read::{member_id, neighbours_of};
use crate::table::items::{self, Item};
use crate::table::keys::{self, BatchId, Key, Tenant};
use crate::table::transaction::TransactionOutcome;
use crate::table::write::Write;
use crate::vault::Field;
use crate::{Consistency, Scope, Store, StoreError};
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{Account, CampaignId, Channel, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most members of a batch.
pub const BATCH_MEMBERS: usize = 500;

/// How far a campaign's walk has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The shard under way.
    pub shard: u8,
    /// The last member of it that was seen.
    pub after: Option<MemberId>,
    /// The batches cut.
    pub batches: u32,
    /// The members in them.
    pub recipients: u64,
    /// The batch cut last: its message to the queue may not have left.
    pub last_batch: Option<BatchId>,
    version: u64,
}

impl Plan {
    /// Whether every member has been seen.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.shard >= MEMBER_SHARDS
    }
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
}

impl BatchRecord {
    pub(crate) fn of(
        tenant: Tenant,
        campaign: CampaignId,
        id: BatchId,
        members: &[MemberId],
    ) -> Self {
        let Key { pk, sk } = keys::batch(tenant, campaign, id);
        Self { pk, sk, members: members.iter().flat_map(|member| member.to_bytes()).collect() }
    }

    pub(crate) fn members(&self) -> Vec<MemberId> {
        let (members, _) = self.members.as_chunks::<16>();
        members.iter().map(|bytes| MemberId::from_bytes(*bytes)).collect()
    }
}

/// A member as the walk sees it.
pub struct MemberProjection {
    /// Who.
    pub member: MemberId,
    /// With which account.
    pub account: Account,
    /// Whether a message of the channel may be sent there, as it seemed a moment ago.
    pub reachable: bool,
    /// Whether the person permits the channel, with an address or without.
    pub permitted: bool,
    /// The first name, where it was asked for.
    pub first_name: Option<String>,
    /// The last name, where it was asked for.
    pub last_name: Option<String>,
}

/// Which names a walk opens: only those that a text says.
#[derive(Clone, Copy, Default)]
pub struct Names {
    /// First names.
    pub first: bool,
    /// Last names.
    pub last: bool,
}

/// Some members of a shard.
pub struct Walked {
    /// Them, merged ones left out.
    pub members: Vec<MemberProjection>,
    /// The last member seen, where the shard goes on after it.
    pub next: Option<MemberId>,
}

#[derive(Deserialize)]
struct PersonProjection {
    #[serde(default)]
    consents: ConsentsRecord,
    #[serde(default)]
    merged_into: Option<String>,
    #[serde(with = "serde_bytes", default)]
    first_name: Option<Vec<u8>>,
    #[serde(with = "serde_bytes", default)]
    last_name: Option<Vec<u8>>,
}

impl Store {
    /// How far a campaign's walk has come: 1 strong read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn plan(&self, tenant: Tenant, campaign: CampaignId) -> Result<Plan, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("plan");
        let key = keys::plan(tenant, campaign);
        let Some(record): Option<PlanRecord> = self.get_item(&key, Consistency::Strong).await?
        else {
            return Ok(Plan {
                shard: 0,
                after: None,
                batches: 0,
                recipients: 0,
                last_batch: None,
                version: 0,
            });
        };
        let last_batch = record.last_batch.map(|text| BatchId::parse(&text).ok_or(CORRUPT));
        Ok(Plan {
            shard: record.shard,
            after: record.after.as_deref().map(member_id).transpose()?,
            batches: record.batches,
            recipients: record.recipients,
            last_batch: last_batch.transpose()?,
            version: record.v,
        })
    }

    /// Members of a shard from `after` on, as many as a query reads: 1 round trip, half a read unit
    /// for each 4 KB, at most 128 of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn walk(
        &self,
        scope: &Scope,
        shard: u8,
        after: Option<MemberId>,
        channel: Channel,
    ) -> Result<Walked, StoreError> {
        self.walk_naming(scope, shard, after, channel, Names::default()).await
    }

    /// As [`Store::walk`], with names opened.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn walk_naming(
        &self,
        scope: &Scope,
        shard: u8,
        after: Option<MemberId>,
        channel: Channel,
        names: Names,
    ) -> Result<Walked, StoreError> {
        let mut projection =
            "pk, sk, v, account, consents, merged_into, email, erased_on".to_owned();
        if names.first {
            projection.push_str(", first_name");
        }
        if names.last {
            projection.push_str(", last_name");
        }
        let start = after.map(|after| items::key_item(&keys::person(scope.tenant(), after)));
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :member)")
            .projection_expression(projection)
            .expression_attribute_values(
                ":pk",
                items::text(keys::member_partition(scope.tenant(), shard)),
            )
            .expression_attribute_values(":member", items::text("MEMBER#"))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let goes_on = answer.last_evaluated_key.is_some();
        let found = neighbours_of(answer.items.unwrap_or_default())?;
        let mut members = Vec::with_capacity(found.pairs.len());
        for (member, account, item) in found.pairs {
            members.extend(glance(scope, member, account, item, channel)?);
        }
        Ok(Walked { members, next: found.last.filter(|_| goes_on) })
    }

    /// Cuts a batch and notes how far the walk is, or only notes it where `batch` is `None`: 1
    /// transaction, 18 write units for a full batch and 2. `false` where another planner was here.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn cut_batch(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        plan: &mut Plan,
        batch: Option<(BatchId, &[MemberId])>,
        walked_to: (u8, Option<MemberId>),
    ) -> Result<bool, StoreError> {
        let mut next = plan.clone();
        (next.shard, next.after) = walked_to;
        next.version += 1;
        let mut transaction = self.transaction();
        if let Some((id, members)) = batch {
            next.batches += 1;
            next.recipients += u64::try_from(members.len()).unwrap_or_default();
            next.last_batch = Some(id);
            let record = BatchRecord::of(tenant, campaign, id, members);
            transaction.add(Write::put(&record)?.if_absent());
        }
        let Key { pk, sk } = keys::plan(tenant, campaign);
        let record = PlanRecord {
            pk,
            sk,
            v: next.version,
            shard: next.shard,
            after: next.after.map(|member| member.to_string()),
            batches: next.batches,
            recipients: next.recipients,
            last_batch: next.last_batch.map(|batch| batch.to_string()),
        };
        let note = Write::put(&record)?
            .condition("attribute_not_exists(pk) OR v = :v")
            .value(":v", items::number(plan.version));
        transaction.add(note);
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                *plan = next;
                Ok(true)
            }
            TransactionOutcome::Cancelled(_) => Ok(false),
        }
    }

    /// The batches that are not done: 1 query a MB of batches, their members left unread by the
    /// answer but not by the bill (2 read units each).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
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
                items::text(keys::campaign_partition(tenant, campaign)),
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

/// A member by the neighbours read; `None` for one that was merged into another.
fn glance(
    scope: &Scope,
    member: MemberId,
    account: Account,
    item: Item,
    channel: Channel,
) -> Result<Option<MemberProjection>, StoreError> {
    let has_address = channel != Channel::Email
        || matches!(item.get("email"), Some(AttributeValue::B(email)) if *email != Blob::new(vec![]));
    let person: PersonProjection = items::from_item(item, "person")?;
    if person.merged_into.is_some() {
        return Ok(None);
    }
    let open = |field: Field, sealed: Option<Vec<u8>>| {
        sealed.map(|sealed| scope.settings.vault.open(member, field, &sealed)).transpose()
    };
    let permitted = person.consents.read()?.permit(channel);
    Ok(Some(MemberProjection {
        member,
        account,
        reachable: has_address && permitted,
        permitted,
        first_name: open(Field::FirstName, person.first_name)?,
        last_name: open(Field::LastName, person.last_name)?,
    }))
}
