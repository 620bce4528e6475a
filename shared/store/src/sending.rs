//! A batch on its way to a provider: claimed, begun, done, each step a conditional write, and each
//! recipient a row of its own.
//!
//! The claim comes before the call. It keeps the instant of the first attempt and exactly who was
//! addressed, so that whoever takes the batch over knows whether the provider may have it already.

use crate::items::{self, ABSENT, Item, Reason, Transaction};
use crate::keys::{self, BatchId, Key, TALLIES, Tenant};
use crate::members::Member;
use crate::planning::BatchRecord;
use crate::{Consistency, Scope, Store, StoreError, backoff};
use aws_sdk_dynamodb::types::{
    AttributeValue, PutRequest, TransactWriteItem, Update, WriteRequest,
};
use domain::{CampaignId, Channel, Instant, MemberId};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

/// How long a claim holds: longer than the function may run.
const LEASE_SECONDS: i64 = 150;
/// Items a call of `BatchWriteItem` takes.
const WRITES: usize = 25;
/// Calls of it under way at once.
const AT_ONCE: usize = 8;

/// What became of recipients. They sum to those of the plan once every batch is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Handed to the provider.
    pub sent: u64,
    /// Refused by the provider, each for itself.
    pub refused: u64,
    /// Opposed, or without consent, when their turn came.
    pub opposed: u64,
    /// Gone, or without an address, when their turn came.
    pub unreachable: u64,
    /// Not on the list of those who may be written to outside production.
    pub not_allowed: u64,
    /// May or may not have been sent; not sent again.
    pub uncertain: u64,
}

/// How a campaign stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Batches that are done.
    pub batches_done: u64,
    /// What became of their recipients.
    #[serde(flatten)]
    pub counts: Counts,
    /// Of those sent: delivered, as the provider tells.
    pub delivered: u64,
    /// Of those sent: returned by the address.
    pub bounced: u64,
    /// Of those sent: given up by the provider.
    pub failed: u64,
}

/// What a provider told of one recipient, or we know ourselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Handed to the provider, or about to be.
    Sent,
    /// Refused by the provider.
    Refused,
    /// Arrived.
    Delivered,
    /// Returned by the address.
    Bounced,
    /// Given up by the provider.
    Failed,
}

impl MessageState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Failed => "failed",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct SendingRecord {
    pk: String,
    sk: String,
    lease: String,
    lease_until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_attempt_at: Option<String>,
    /// A bit a member of the batch: set for those addressed.
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    addressed: Option<Vec<u8>>,
    /// A bit a member of the batch: set for those left for later, in a batch of their own.
    #[serde(with = "serde_bytes", default, skip_serializing_if = "Option::is_none")]
    later: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
}

/// Who of a batch is written to, and how the others are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressed {
    /// Those written to, in the batch's order.
    pub members: Vec<MemberId>,
    /// The others.
    pub counts: Counts,
}

/// A batch that is ours until the lease ends.
pub struct Claim {
    /// The batch.
    pub batch: BatchId,
    /// Its members, in an order that does not change, those left for later taken out.
    pub members: Vec<MemberId>,
    /// All of them, which the stored bits speak of.
    all: Vec<MemberId>,
    /// When the provider was first called, where it may have been.
    pub first_attempt_at: Option<Instant>,
    /// Who was addressed then.
    pub addressed: Option<Addressed>,
    lease: String,
}

/// What claiming came to.
pub enum Claimed {
    /// It is ours.
    Ours(Box<Claim>),
    /// It is another's for now.
    Others,
    /// It is done.
    Done,
    /// There is no such batch (yet).
    Absent,
}

impl Store {
    /// Claims a batch: 2 strong reads and 1 conditional write, or 2 where somebody was here before.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn claim_batch(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        batch: BatchId,
        now: Instant,
    ) -> Result<Claimed, StoreError> {
        let key = keys::batch(tenant, campaign, batch);
        let cut: Option<BatchRecord> = self.get_item(&key, Consistency::Strong).await?;
        let Some(cut) = cut else { return Ok(Claimed::Absent) };
        let members = cut.members();
        let key = keys::sending(tenant, campaign, batch);
        let before: Option<SendingRecord> = self.get_item(&key, Consistency::Strong).await?;
        let lease = token()?;
        let until = now.as_second() + LEASE_SECONDS;
        let later = before.as_ref().and_then(|record| record.later.clone()).unwrap_or_default();
        let (action, first_attempt_at, addressed) = match before {
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
                (items::put(&self.table, items::to_item(&record)?, ABSENT, vec![])?, None, None)
            }
            Some(record) => {
                let values = vec![
                    (":lease", items::text(lease.clone())),
                    (":until", items::number(until)),
                    (":before", items::text(record.lease.clone())),
                ];
                let action = items::update(
                    &self.table,
                    &key,
                    "SET lease = :lease, lease_until = :until",
                    "lease = :before",
                    values,
                )?;
                let first = record.first_attempt_at.as_deref().map(items::instant_of);
                let addressed = match (record.addressed, record.counts) {
                    (Some(bits), Some(counts)) => {
                        Some(Addressed { members: chosen(&members, &bits), counts })
                    }
                    _ => None,
                };
                (action, first.transpose()?, addressed)
            }
        };
        match self.transact(vec![action]).await? {
            Transaction::Committed => {
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
            Transaction::Cancelled(_) => Ok(Claimed::Others),
        }
    }

    /// The members of a batch as they are this instant, read strongly; those erased are absent. One
    /// read unit for a person and one for an account, a hundred items a round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn members_now(
        &self,
        scope: &Scope,
        members: &[MemberId],
    ) -> Result<HashMap<MemberId, Member>, StoreError> {
        let mut keys: Vec<Key> = Vec::with_capacity(members.len() * 2);
        for member in members {
            keys.push(keys::account(scope.tenant(), *member));
            keys.push(keys::person(scope.tenant(), *member));
        }
        let mut read = self.get_items_strongly(&keys).await?;
        // Neighbours again, as a query would give them.
        read.sort_by(|a, b| sort_key(a).cmp(sort_key(b)));
        let members = crate::members::members_of(scope, read)?;
        Ok(members.into_iter().map(|member| (member.person.id, member)).collect())
    }

    /// Notes that the provider is about to be called, and for whom: a row a recipient, then the
    /// instant of the first attempt. 1 write unit a recipient and 2. `false` where the claim was
    /// lost: nothing may be sent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
    pub async fn begin_sending(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        claim: &mut Claim,
        channel: Channel,
        addressed: &Addressed,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let rows = addressed.members.iter().map(|member| {
            let Key { pk, sk } = keys::message(tenant, *member, campaign);
            HashMap::from([
                ("pk".to_owned(), items::text(pk)),
                ("sk".to_owned(), items::text(sk)),
                ("channel".to_owned(), items::text(channel.as_str())),
                ("state".to_owned(), items::text(MessageState::Sent.as_str())),
                ("sent_at".to_owned(), items::text(items::instant_text(now))),
            ])
        });
        self.put_items(rows.collect()).await?;
        let action = items::update(
            &self.table,
            &keys::sending(tenant, campaign, claim.batch),
            "SET first_attempt_at = :now, addressed = :bits, counts = :counts",
            "lease = :lease AND attribute_not_exists(done_at)",
            vec![
                (":now", items::text(items::instant_text(now))),
                (":bits", AttributeValue::B(bits(&claim.all, &addressed.members).into())),
                (
                    ":counts",
                    serde_dynamo::to_attribute_value(addressed.counts)
                        .map_err(StoreError::unavailable)?,
                ),
                (":lease", items::text(claim.lease.clone())),
            ],
        )?;
        let begun = matches!(self.transact(vec![action]).await?, Transaction::Committed);
        if begun {
            claim.first_attempt_at = Some(now);
            claim.addressed = Some(addressed.clone());
        }
        Ok(begun)
    }

    /// Leaves members of a claimed batch for later, as a batch of their own: 1 transaction of at most
    /// 22 write units, after which the claim speaks of the others only, whoever holds it.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`] also where the claim was lost.
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
        let kept: HashSet<_> = stay.iter().collect();
        let out: Vec<_> = claim.all.iter().filter(|id| !kept.contains(id)).copied().collect();
        for attempt in 0..backoff::ATTEMPTS {
            let noted = items::update(
                &self.table,
                &keys::sending(tenant, campaign, claim.batch),
                "SET later = :later",
                "lease = :lease AND attribute_not_exists(first_attempt_at)",
                vec![
                    (":later", AttributeValue::B(bits(&claim.all, &out).into())),
                    (":lease", items::text(claim.lease.clone())),
                ],
            )?;
            let record = BatchRecord::of(tenant, campaign, rest, members);
            let cut = items::put(&self.table, items::to_item(&record)?, ABSENT, vec![])?;
            // The version too: a planner at work must not write over the count.
            let counted = items::update(
                &self.table,
                &keys::plan(tenant, campaign),
                "SET batches = batches + :one, v = v + :one",
                "attribute_exists(pk)",
                vec![(":one", items::number(1))],
            )?;
            match self.transact(vec![noted, cut, counted]).await? {
                Transaction::Committed => {
                    claim.members = stay;
                    return Ok(());
                }
                Transaction::Cancelled(reasons)
                    if reasons.iter().any(|reason| matches!(reason, Reason::Condition(_))) =>
                {
                    return Err(StoreError::Busy);
                }
                Transaction::Cancelled(_) => backoff::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    /// Gives a batch back, for it to be claimed again at once. `nothing_sent` where the provider is
    /// known to have taken nothing: the next attempt is then the first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
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
        let action = items::update(
            &self.table,
            &keys::sending(tenant, campaign, claim.batch),
            change,
            "lease = :lease AND attribute_not_exists(done_at)",
            vec![(":zero", items::number(0)), (":lease", items::text(claim.lease.clone()))],
        )?;
        self.transact(vec![action]).await?;
        Ok(())
    }

    /// Ends a batch: its marker and its share of the campaign's figures in one transaction of 4 write
    /// units, after the rows of those who were refused. Ending again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Busy`].
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
        let number = spread(&claim.batch);
        for attempt in 0..backoff::ATTEMPTS {
            let actions = vec![
                items::update(
                    &self.table,
                    &keys::sending(tenant, campaign, claim.batch),
                    "SET done_at = :now, counts = :counts",
                    "lease = :lease AND attribute_not_exists(done_at)",
                    vec![
                        (":now", items::text(items::instant_text(now))),
                        (
                            ":counts",
                            serde_dynamo::to_attribute_value(counts)
                                .map_err(StoreError::unavailable)?,
                        ),
                        (":lease", items::text(claim.lease.clone())),
                    ],
                )?,
                add(
                    &self.table,
                    &keys::tally(tenant, campaign, number),
                    &[
                        ("batches_done", 1),
                        ("sent", counts.sent),
                        ("refused", counts.refused),
                        ("opposed", counts.opposed),
                        ("unreachable", counts.unreachable),
                        ("not_allowed", counts.not_allowed),
                        ("uncertain", counts.uncertain),
                    ],
                )?,
            ];
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(()),
                Transaction::Cancelled(reasons)
                    if matches!(reasons.first(), Some(Reason::Condition(_))) =>
                {
                    return Ok(());
                }
                Transaction::Cancelled(_) => backoff::wait(attempt).await,
            }
        }
        Err(StoreError::Busy)
    }

    /// Notes what a provider tells of recipients of one campaign: rows and figures in one
    /// transaction, 2 write units a recipient and 2. What is known already, or was overtaken by a
    /// later word, changes nothing; told by their number are those that changed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where a row is not there (yet).
    pub async fn receipts(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        told: &[(MemberId, MessageState)],
    ) -> Result<usize, StoreError> {
        let mut changed = 0;
        for part in told.chunks(MOST_RECEIPTS) {
            changed += self.some_receipts(tenant, campaign, part).await?;
        }
        Ok(changed)
    }

    async fn some_receipts(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
        told: &[(MemberId, MessageState)],
    ) -> Result<usize, StoreError> {
        let mut left: Vec<(MemberId, MessageState)> = Vec::with_capacity(told.len());
        for (member, state) in told {
            if !left.iter().any(|(known, _)| known == member) {
                left.push((*member, *state));
            }
        }
        for attempt in 0..backoff::ATTEMPTS {
            if left.is_empty() {
                return Ok(0);
            }
            let mut actions = Vec::with_capacity(left.len() + 1);
            for (member, state) in &left {
                actions.push(items::update_or_tell(
                    &self.table,
                    &keys::message(tenant, *member, campaign),
                    "SET #state = :state",
                    "#state = :sent",
                    ("#state", "state"),
                    vec![
                        (":state", items::text(state.as_str())),
                        (":sent", items::text(MessageState::Sent.as_str())),
                    ],
                )?);
            }
            let of = |wanted| {
                let count = left.iter().filter(|(_, state)| *state == wanted).count();
                u64::try_from(count).unwrap_or_default()
            };
            let number = left.first().map_or(0, |(member, _)| spread(member));
            actions.push(add(
                &self.table,
                &keys::tally(tenant, campaign, number),
                &[
                    ("delivered", of(MessageState::Delivered)),
                    ("bounced", of(MessageState::Bounced)),
                    ("failed", of(MessageState::Failed)),
                ],
            )?);
            match self.transact(actions).await? {
                Transaction::Committed => return Ok(left.len()),
                Transaction::Cancelled(reasons) => {
                    let mut absent = false;
                    let mut reasons = reasons.into_iter();
                    let before = left.len();
                    left.retain(|_| match reasons.next() {
                        Some(Reason::Condition(item)) => {
                            absent |= item.is_none();
                            false
                        }
                        _ => true,
                    });
                    if absent {
                        return Err(StoreError::NotFound("message"));
                    }
                    if left.len() == before {
                        backoff::wait(attempt).await;
                    }
                }
            }
        }
        Err(StoreError::Busy)
    }

    /// A campaign's figures: 1 query, its batches left aside.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn figures(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
    ) -> Result<Figures, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :tally)")
            .expression_attribute_values(
                ":pk",
                items::text(keys::campaign_partition(tenant, campaign)),
            )
            .expression_attribute_values(":tally", items::text("TALLY#"))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut figures = Figures::default();
        for item in answer.items.unwrap_or_default() {
            let of = |name: &str| {
                let number = item.get(name).and_then(|value| value.as_n().ok());
                number.and_then(|number| number.parse::<u64>().ok()).unwrap_or_default()
            };
            figures.batches_done += of("batches_done");
            figures.counts.sent += of("sent");
            figures.counts.refused += of("refused");
            figures.counts.opposed += of("opposed");
            figures.counts.unreachable += of("unreachable");
            figures.counts.not_allowed += of("not_allowed");
            figures.counts.uncertain += of("uncertain");
            figures.delivered += of("delivered");
            figures.bounced += of("bounced");
            figures.failed += of("failed");
        }
        Ok(figures)
    }

    /// Whether a member was written to by SMS: 1 query of the member's rows, half a read unit for
    /// some forty of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn was_messaged(
        &self,
        tenant: Tenant,
        member: MemberId,
        channel: Channel,
    ) -> Result<bool, StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :message)")
            .expression_attribute_values(":pk", items::text(keys::member_rows(tenant, member)))
            .expression_attribute_values(":message", items::text("MESSAGE#"))
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            if item.get("channel") == Some(&items::text(channel.as_str())) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn refuse_message(
        &self,
        tenant: Tenant,
        member: MemberId,
        campaign: CampaignId,
    ) -> Result<(), StoreError> {
        let action = items::update_or_tell(
            &self.table,
            &keys::message(tenant, member, campaign),
            "SET #state = :state",
            "attribute_exists(pk)",
            ("#state", "state"),
            vec![(":state", items::text(MessageState::Refused.as_str()))],
        )?;
        self.transact(vec![action]).await?;
        Ok(())
    }

    /// Puts items without condition, 25 a call and 8 calls at once; what DynamoDB leaves undone is
    /// put again.
    async fn put_items(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let calls = items.chunks(WRITES).map(|chunk| self.put_some(chunk.to_vec()));
        stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn put_some(&self, items: Vec<Item>) -> Result<(), StoreError> {
        let mut left = Vec::with_capacity(items.len());
        for item in items {
            let put = PutRequest::builder().set_item(Some(item)).build();
            let put = put.map_err(StoreError::unavailable)?;
            left.push(WriteRequest::builder().put_request(put).build());
        }
        for attempt in 0..backoff::ATTEMPTS {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&*self.table, left)
                .send()
                .await
                .map_err(StoreError::unavailable)?;
            left = answer
                .unprocessed_items
                .and_then(|mut tables| tables.remove(&*self.table))
                .unwrap_or_default();
            if left.is_empty() {
                return Ok(());
            }
            backoff::wait(attempt).await;
        }
        Err(StoreError::Busy)
    }
}

/// Receipts of one transaction, which takes 100 actions.
const MOST_RECEIPTS: usize = 99;

/// Adds to counters of an item, which comes to be with the first.
fn add(table: &str, key: &Key, numbers: &[(&str, u64)]) -> Result<TransactWriteItem, StoreError> {
    let told: Vec<_> = numbers.iter().filter(|(_, number)| *number > 0).collect();
    let named: Vec<String> = told.iter().map(|(name, _)| format!("{name} :{name}")).collect();
    let mut update = Update::builder()
        .table_name(table)
        .set_key(Some(items::key_item(key)))
        .update_expression(format!("ADD {}", named.join(", ")));
    for (name, number) in told {
        update = update.expression_attribute_values(format!(":{name}"), items::number(*number));
    }
    let update = update.build().map_err(StoreError::unavailable)?;
    Ok(TransactWriteItem::builder().update(update).build())
}

fn spread(what: &impl std::hash::Hash) -> u8 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    u8::try_from(hasher.finish() % u64::from(TALLIES)).unwrap_or_default()
}

fn token() -> Result<String, StoreError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(StoreError::unavailable)?;
    Ok(format!("{:032x}", u128::from_be_bytes(random)))
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

fn sort_key(item: &Item) -> &str {
    item.get("sk").and_then(|sk| sk.as_s().ok()).map_or("", String::as_str)
}
