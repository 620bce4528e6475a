//! A batch and its sending: claimed, begun, done. Each step is a conditional write, and each
//! recipient has a row.
//!
//! The claim is written before the provider is called. It stores the instant of the first attempt
//! and exactly which members were addressed, so that the next holder of the batch knows whether the
//! provider may have received it.

use crate::campaign::batch_id::BatchId;
use crate::campaign::figures::{Counts, signed, tally};
use crate::campaign::plan::BatchRecord;
use crate::campaign::receipt::MessageState;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::lease::token;
use crate::table::retry::{Attempt, retry};
use crate::table::tenant::Tenant;
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::{Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{CampaignId, Channel, Instant, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// How long a claim lasts: longer than the function may run.
const LEASE_SECONDS: i64 = 150;

#[derive(Serialize, Deserialize)]
struct SendingRecord {
    pk: String,
    sk: String,
    lease: String,
    lease_until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_attempt_at: Option<String>,
    /// One bit for each member of the batch: set for the members addressed.
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    addressed: Option<Vec<u8>>,
    /// One bit for each member of the batch: set for the members left for later, in a batch of
    /// their own.
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    later: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
}

/// The members of a batch who are written to, and the counts of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// The members written to, in the batch's order.
    pub members: Vec<MemberId>,
    /// The others.
    pub counts: Counts,
}

/// A batch that this process holds until the lease ends.
pub struct Claim {
    /// The batch.
    pub batch: BatchId,
    /// Its members in a fixed order, without those left for later.
    pub members: Vec<MemberId>,
    /// All its members: the stored bits refer to them.
    all: Vec<MemberId>,
    /// When the provider was first called. `None` where it was not called.
    pub first_attempt_at: Option<Instant>,
    /// The members addressed by the first attempt.
    pub addressed: Option<Addressed>,
    lease: String,
}

/// The result of a claim.
pub enum Claimed {
    /// This process holds the batch.
    Ours(Box<Claim>),
    /// Another process holds the batch for now.
    Others,
    /// The batch is done.
    Done,
    /// The batch does not exist (yet).
    Absent,
}

impl Store {
    /// Claims a batch: 1 strong read of two items, then 1 transaction of 2 write units.
    pub async fn claim_batch(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        batch: BatchId,
        now: Instant,
    ) -> Result<Claimed, StoreError> {
        let wanted = [keys::batch(tenant, campaign, batch), keys::sending(tenant, campaign, batch)];
        let (mut cut, mut before) = (None, None);
        for item in self.get_items_strongly(&wanted).await? {
            if item.get("sk") == Some(&attributes::text(&wanted[0].sk)) {
                cut = Some(items::from_item::<BatchRecord>(item, "batch")?);
            } else {
                before = Some(items::from_item::<SendingRecord>(item, "sending")?);
            }
        }
        let Some(cut) = cut else { return Ok(Claimed::Absent) };
        let members = cut.members();
        let [_, key] = wanted;
        let lease = token()?;
        let until = now.as_second() + LEASE_SECONDS;
        let later = before.as_ref().and_then(|record| record.later.clone()).unwrap_or_default();
        let (claim, first_attempt_at, addressed) = match before {
            Some(record) if record.done_at.is_some() => return Ok(Claimed::Done),
            Some(record) if record.lease_until > now.as_second() => return Ok(Claimed::Others),
            None => {
                let record = SendingRecord {
                    pk: key.pk,
                    sk: key.sk,
                    lease: lease.clone(),
                    lease_until: until,
                    first_attempt_at: None,
                    addressed: None,
                    later: None,
                    counts: None,
                    done_at: None,
                };
                (Write::put(&record)?.if_absent(), None, None)
            }
            Some(record) => {
                let claim = Write::update(&key, "SET lease = :lease, lease_until = :until")
                    .condition("lease = :before")
                    .value(":lease", attributes::text(lease.clone()))
                    .value(":until", attributes::number(until))
                    .value(":before", attributes::text(record.lease.clone()));
                let first = record.first_attempt_at.as_deref().map(attributes::instant_of);
                let addressed = match (record.addressed, record.counts) {
                    (Some(bits), Some(counts)) => {
                        Some(Addressed { members: chosen(&members, &bits), counts })
                    }
                    _ => None,
                };
                (claim, first.transpose()?, addressed)
            }
        };
        match self.transact_one(claim).await? {
            TransactionOutcome::Committed => {
                let left: HashSet<_> = chosen(&members, &later).into_iter().collect();
                let all = members.clone();
                let members = members.into_iter().filter(|id| !left.contains(id)).collect();
                Ok(Claimed::Ours(Box::new(Claim {
                    batch,
                    members,
                    all,
                    first_attempt_at,
                    addressed,
                    lease,
                })))
            }
            TransactionOutcome::Cancelled(_) => Ok(Claimed::Others),
        }
    }

    /// Stores that the provider is about to be called, and for which members: a row for each
    /// recipient, then the instant of the first attempt. 1 write unit a recipient and 2. Returns
    /// `false` where the claim was lost: nothing may be sent.
    pub async fn begin_sending(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &mut Claim,
        channel: Channel,
        addressed: &Addressed,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let sent_at = attributes::instant_text(now);
        let rows = addressed.members.iter().map(|member| {
            let Key { pk, sk } = keys::message(tenant, *member, campaign);
            HashMap::from([
                ("pk".to_owned(), attributes::text(pk)),
                ("sk".to_owned(), attributes::text(sk)),
                ("channel".to_owned(), attributes::text(channel.as_str())),
                ("state".to_owned(), attributes::text(MessageState::Sent.as_str())),
                ("sent_at".to_owned(), attributes::text(sent_at.as_str())),
            ])
        });
        self.put_items(rows.collect()).await?;
        let set = "SET first_attempt_at = :now, addressed = :bits, counts = :counts";
        let begin = Write::update(&keys::sending(tenant, campaign, claim.batch), set)
            .condition("lease = :lease AND attribute_not_exists(done_at)")
            .value(":now", attributes::text(attributes::instant_text(now)))
            .value(":bits", AttributeValue::B(bits(&claim.all, &addressed.members).into()))
            .value(":counts", counts_value(addressed.counts)?)
            .value(":lease", attributes::text(claim.lease.clone()));
        if !self.transact_one(begin).await?.is_committed() {
            return Ok(false);
        }
        claim.first_attempt_at = Some(now);
        claim.addressed = Some(addressed.clone());
        Ok(true)
    }

    /// Leaves members of a claimed batch for later, in a batch of their own: 1 transaction of at
    /// most 22 write units. Afterwards the batch holds only the other members.
    ///
    /// # Errors
    /// [`StoreError::Busy`] also where the claim was lost.
    pub async fn leave_for_later(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &mut Claim,
        rest: BatchId,
        members: &[MemberId],
    ) -> Result<(), StoreError> {
        let left: HashSet<_> = members.iter().collect();
        let stay: Vec<_> = claim.members.iter().filter(|id| !left.contains(id)).copied().collect();
        let staying: HashSet<_> = stay.iter().collect();
        let out: Vec<_> = claim.all.iter().filter(|id| !staying.contains(id)).copied().collect();
        let sending = keys::sending(tenant, campaign, claim.batch);
        let leave = &Write::update(&sending, "SET later = :later")
            .condition("lease = :lease AND attribute_not_exists(first_attempt_at)")
            .value(":later", AttributeValue::B(bits(&claim.all, &out).into()))
            .value(":lease", attributes::text(claim.lease.clone()));
        retry(|_| async move {
            let record = BatchRecord::of(tenant, campaign, rest, members);
            // The version changes too, so that a planner at work does not overwrite the count.
            let count = "SET batches = batches + :one, v = v + :one";
            let count = Write::update(&keys::plan(tenant, campaign), count)
                .if_present()
                .value(":one", attributes::number(1));
            let mut transaction = self.transaction();
            transaction.add(leave.clone());
            transaction.add(Write::put(&record)?.if_absent());
            transaction.add(count);
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(())),
                TransactionOutcome::Cancelled(cancelled) if cancelled.any_failed() => {
                    Err(StoreError::Busy)
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await?;
        claim.members = stay;
        Ok(())
    }

    /// Releases a batch, so that it can be claimed at once. With `nothing_sent` the provider is
    /// known to have accepted nothing: the next attempt is then the first.
    pub async fn give_back(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &Claim,
        nothing_sent: bool,
    ) -> Result<(), StoreError> {
        let change = if nothing_sent {
            "SET lease_until = :zero REMOVE first_attempt_at, addressed, counts"
        } else {
            "SET lease_until = :zero"
        };
        let change = Write::update(&keys::sending(tenant, campaign, claim.batch), change)
            .condition("lease = :lease AND attribute_not_exists(done_at)")
            .value(":zero", attributes::number(0))
            .value(":lease", attributes::text(claim.lease.clone()));
        self.transact_one(change).await?;
        Ok(())
    }

    /// Ends a batch: its marker and its part of the campaign's figures in one transaction of 4
    /// write units, after the rows of refused recipients. Ending it again changes nothing.
    pub async fn end_batch(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &Claim,
        counts: Counts,
        refused: &[MemberId],
        now: Instant,
    ) -> Result<(), StoreError> {
        for member in refused {
            self.refuse_message(tenant, *member, campaign).await?;
        }
        retry(|_| async move {
            let sending = keys::sending(tenant, campaign, claim.batch);
            let done = Write::update(&sending, "SET done_at = :now, counts = :counts")
                .condition("lease = :lease AND attribute_not_exists(done_at)")
                .value(":now", attributes::text(attributes::instant_text(now)))
                .value(":counts", counts_value(counts)?)
                .value(":lease", attributes::text(claim.lease.clone()));
            let numbers = [
                ("batches_done", 1),
                ("sent", signed(counts.sent)),
                ("refused", signed(counts.refused)),
                ("opposed", signed(counts.opposed)),
                ("unreachable", signed(counts.unreachable)),
                ("not_allowed", signed(counts.not_allowed)),
                ("uncertain", signed(counts.uncertain)),
            ];
            let mut transaction = self.transaction();
            transaction.add_in(Slot::Sending, done);
            transaction.add(tally(tenant, campaign, &claim.batch, &numbers));
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(())),
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Sending) => {
                    Ok(Attempt::Done(()))
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }
}

fn counts_value(counts: Counts) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(counts).map_err(StoreError::unavailable)
}

fn bits(members: &[MemberId], addressed: &[MemberId]) -> Vec<u8> {
    let addressed: HashSet<_> = addressed.iter().collect();
    let mut bits = vec![0_u8; members.len().div_ceil(8)];
    for (index, _) in members.iter().enumerate().filter(|(_, member)| addressed.contains(member)) {
        bits[index / 8] |= 1 << (index % 8);
    }
    bits
}

fn chosen(members: &[MemberId], bits: &[u8]) -> Vec<MemberId> {
    let is_set =
        |index: usize| bits.get(index / 8).is_some_and(|byte| byte & (1 << (index % 8)) != 0);
    let chosen = members.iter().enumerate().filter(|(index, _)| is_set(*index));
    chosen.map(|(_, member)| *member).collect()
}
