//! The sending of a batch, in three steps: a sender claims the batch, begins to send, and ends the
//! batch. Each step is a conditional write. Each recipient has a row.
//!
//! The state of the sending is written before the provider is called. This state has the instant of
//! the first attempt and the members addressed. So the next sender that claims the batch knows
//! whether the provider may have received the messages.

use crate::campaign::batch_id::BatchId;
use crate::campaign::figures::{Counts, signed, tally};
use crate::campaign::plan::{BatchRecord, CutBatch, batch_end};
use crate::campaign::receipt::MessageState;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::lease::token;
use crate::table::retry::{Attempt, retry};
use crate::table::tenant::Tenant;
use crate::table::transaction::{Slot, Transaction, TransactionOutcome};
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
    /// One bit for each member of the batch: set for the members postponed to another batch.
    #[serde(
        rename = "later",
        with = "serde_bytes",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    postponed: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
    ttl: i64,
}

/// The members of a batch whose messages go to the provider, and the counts of the other members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// The members addressed, in the order of the batch.
    pub members: Vec<MemberId>,
    /// The counts of the other members.
    pub counts: Counts,
}

/// The end of a batch.
#[derive(Debug, Clone, Copy)]
pub struct BatchEnd<'a> {
    /// The outcomes of the recipients, without those of `unsent`.
    pub counts: Counts,
    /// The recipients that the provider refuses for good.
    pub refused: &'a [MemberId],
    /// The recipients that the provider certainly did not take, and the batch that they are put
    /// into, to be sent to later.
    pub unsent: Option<CutBatch<'a>>,
}

/// A batch that this process has claimed. The claim holds until the lease ends.
pub struct Claim {
    /// The batch.
    pub batch: BatchId,
    /// The members of the batch in a fixed order, without the postponed members.
    pub members: Vec<MemberId>,
    /// The members of the batch with the postponed members. Each stored bit is for one of them.
    all_members: Vec<MemberId>,
    /// When the provider was first called. `None` where the provider was not called.
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
        let (mut batch_record, mut earlier) = (None, None);
        for item in self.get_items_strongly(&wanted).await? {
            if item.get("sk") == Some(&attributes::text(&wanted[0].sk)) {
                batch_record = Some(items::from_item::<BatchRecord>(item, "batch")?);
            } else {
                earlier = Some(items::from_item::<SendingRecord>(item, "sending")?);
            }
        }
        let Some(batch_record) = batch_record else { return Ok(Claimed::Absent) };
        let all_members = batch_record.members();
        let [_, key] = wanted;
        let lease = token(&self.random)?;
        let until = now.as_second() + LEASE_SECONDS;
        let postponed = earlier.as_ref().and_then(|record| record.postponed.clone());
        let postponed = chosen(&all_members, &postponed.unwrap_or_default());
        let (claim, first_attempt_at, addressed) = match earlier {
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
                    postponed: None,
                    counts: None,
                    done_at: None,
                    ttl: batch_end(now),
                };
                (Write::put(&record)?.if_absent(), None, None)
            }
            Some(record) => {
                let first = match record.first_attempt_at {
                    Some(_) => "first_attempt_at = :first",
                    None => "attribute_not_exists(first_attempt_at)",
                };
                let later = match record.postponed {
                    Some(_) => "#later = :later",
                    None => "attribute_not_exists(#later)",
                };
                let unchanged = format!("lease = :before AND {first} AND {later}");
                let mut claim = Write::update(&key, "SET lease = :lease, lease_until = :until")
                    .condition(format!("{unchanged} AND attribute_not_exists(done_at)"))
                    .name("#later", "later")
                    .value(":lease", attributes::text(lease.clone()))
                    .value(":until", attributes::number(until))
                    .value(":before", attributes::text(record.lease.clone()));
                if let Some(first) = &record.first_attempt_at {
                    claim = claim.value(":first", attributes::text(first.clone()));
                }
                if let Some(later) = &record.postponed {
                    claim = claim.value(":later", AttributeValue::B(later.clone().into()));
                }
                let first = record.first_attempt_at.as_deref().map(attributes::instant_of);
                let addressed = match (record.addressed, record.counts) {
                    (Some(bits), Some(counts)) => {
                        Some(Addressed { members: chosen(&all_members, &bits), counts })
                    }
                    _ => None,
                };
                (claim, first.transpose()?, addressed)
            }
        };
        if !self.transact_one(claim).await? {
            return Ok(Claimed::Others);
        }
        let postponed: HashSet<_> = postponed.iter().collect();
        let members = all_members.iter().filter(|id| !postponed.contains(id));
        let members = members.copied().collect();
        Ok(Claimed::Ours(Box::new(Claim {
            batch,
            members,
            all_members,
            first_attempt_at,
            addressed,
            lease,
        })))
    }

    /// Stores that the sender is about to call the provider, and for which members. First a row for
    /// each recipient is written (1 write unit each). Then the instant of the first attempt and the
    /// members addressed are written (2 write units). Returns `false` where the claim was lost: the
    /// caller must not send anything.
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
            .value(":bits", AttributeValue::B(bits(&claim.all_members, &addressed.members).into()))
            .value(":counts", counts_value(addressed.counts)?)
            .value(":lease", attributes::text(claim.lease.clone()));
        if !self.transact_one(begin).await? {
            return Ok(false);
        }
        claim.first_attempt_at = Some(now);
        claim.addressed = Some(addressed.clone());
        Ok(true)
    }

    /// Stores that the earlier attempt sent nothing: 2 write units. The claim stays. Returns `false` where the claim
    /// was lost.
    pub async fn forget_attempt(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &mut Claim,
    ) -> Result<bool, StoreError> {
        let remove = "REMOVE first_attempt_at, addressed, counts";
        let forget = Write::update(&keys::sending(tenant, campaign, claim.batch), remove)
            .condition("lease = :lease AND attribute_not_exists(done_at)")
            .value(":lease", attributes::text(claim.lease.clone()));
        let held = self.transact_one(forget).await?;
        if held {
            (claim.first_attempt_at, claim.addressed) = (None, None);
        }
        Ok(held)
    }

    /// Postpones members of a claimed batch to the new batch `new_batch`: 1 transaction of at most
    /// 22 write units. Afterwards the claim has only the other members.
    ///
    /// # Errors
    /// [`StoreError::Busy`] also where the claim was lost.
    pub async fn postpone(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &mut Claim,
        new_batch: CutBatch<'_>,
    ) -> Result<(), StoreError> {
        let members = new_batch.members;
        let newly_postponed: HashSet<_> = members.iter().collect();
        let remaining = claim.members.iter().filter(|id| !newly_postponed.contains(id));
        let remaining: Vec<MemberId> = remaining.copied().collect();
        let remaining_ids: HashSet<_> = remaining.iter().collect();
        let postponed = claim.all_members.iter().filter(|id| !remaining_ids.contains(id));
        let postponed: Vec<MemberId> = postponed.copied().collect();
        let sending = keys::sending(tenant, campaign, claim.batch);
        let postpone = &Write::update(&sending, "SET later = :later")
            .condition("lease = :lease AND attribute_not_exists(first_attempt_at)")
            .value(":later", AttributeValue::B(bits(&claim.all_members, &postponed).into()))
            .value(":lease", attributes::text(claim.lease.clone()));
        retry(|_| async move {
            let mut transaction = self.transaction();
            transaction.add(postpone.clone());
            add_batch(&mut transaction, tenant, campaign, new_batch)?;
            match transaction.commit().await? {
                TransactionOutcome::Committed => Ok(Attempt::Done(())),
                TransactionOutcome::Cancelled(cancelled) if cancelled.any_failed() => {
                    Err(StoreError::Busy)
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await?;
        claim.members = remaining;
        Ok(())
    }

    /// Releases a batch, so that another sender can claim the batch at once. With `nothing_sent`
    /// the provider certainly accepted no message, and the next attempt counts as the first one.
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

    /// Ends a batch. First the row of each refused recipient is marked (2 write units each). Then
    /// one transaction (4 write units) sets `done_at`, adds the counts to the campaign's figures,
    /// and puts the recipients that were not sent to into a batch of their own (at most 22 write
    /// units more). The transaction changes nothing where the batch is done already or the claim
    /// was lost.
    pub async fn end_batch(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &Claim,
        end: &BatchEnd<'_>,
        now: Instant,
    ) -> Result<(), StoreError> {
        let BatchEnd { counts, refused, unsent } = *end;
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
                ("same_address", signed(counts.same_address)),
                ("not_allowed", signed(counts.not_allowed)),
                ("uncertain", signed(counts.uncertain)),
            ];
            let mut transaction = self.transaction();
            transaction.add_in(Slot::Sending, done);
            transaction.add(tally(tenant, campaign, &claim.batch, &numbers));
            if let Some(new_batch) = unsent {
                add_batch(&mut transaction, tenant, campaign, new_batch)?;
            }
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

/// Adds the writes of a new batch of members that were planned before: the batch, and the plan's
/// number of batches.
fn add_batch(
    transaction: &mut Transaction<'_>,
    tenant: Tenant,
    campaign: CampaignId,
    new_batch: CutBatch<'_>,
) -> Result<(), StoreError> {
    let record = BatchRecord::of(tenant, campaign, new_batch);
    // The version is raised too, so that a planner that read the plan before cannot overwrite the
    // count.
    let count = "SET batches = batches + :one, v = v + :one";
    let count = Write::update(&keys::plan(tenant, campaign), count)
        .if_present()
        .value(":one", attributes::number(1));
    transaction.add(Write::put(&record)?.if_absent());
    transaction.add(count);
    Ok(())
}

fn counts_value(counts: Counts) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(counts).map_err(StoreError::unavailable)
}

fn bits(members: &[MemberId], chosen: &[MemberId]) -> Vec<u8> {
    let chosen: HashSet<_> = chosen.iter().collect();
    let mut bits = vec![0_u8; members.len().div_ceil(8)];
    for (index, _) in members.iter().enumerate().filter(|(_, member)| chosen.contains(member)) {
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
