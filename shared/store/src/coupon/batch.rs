//! Batches of an offer's codes: planned into ranges at once, made range by range in the background, and
//! good only when all of them are done.
//!
//! A range is written without condition, 25 codes a call. Two things keep that from giving a used coupon
//! its use back: a range is made under a lease by one writer, and a code gives nothing before its whole
//! batch is finished, from when nothing of it is written any more.

use crate::TtlCache;
use crate::campaign::send::token;
use crate::coupon::item::CouponRecord;
use crate::table::items;
use crate::table::keys::{self, Key, Tenant};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Transaction, TransactionOutcome};
use crate::table::write::{Write, Written};
use crate::{Answered, CodeMaker, Consistency, Entity, IdempotencyKey, Scope, Store, StoreError};
use domain::{CouponBatchId, CouponCode, CouponError, Instant, OfferId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Codes of a range; the last of a batch may have fewer.
pub const RANGE_CODES: u32 = 10_000;
/// The most codes of a batch.
const MOST_CODES: u32 = 1_000_000;
/// Codes written between two notes of how far a range is.
const STEP_CODES: u32 = 500;
/// How long a range is one writer's after each of its notes.
const LEASE_SECONDS: i64 = 30;
/// How long the codes of a step may take to be written: they are all in, or given up, while the lease
/// holds.
const STEP_LIMIT: Duration = Duration::from_secs(20);

/// Batches that are known to be finished, which they stay.
pub(crate) type FinishedBatches = TtlCache<CouponBatchId, ()>;

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponBatch {
    /// Its identifier.
    pub id: CouponBatchId,
    /// The offer its codes are of.
    pub offer: OfferId,
    /// How many codes it has.
    pub count: u32,
    /// When it was asked for.
    pub created_at: Instant,
    /// When the last of its codes was written.
    pub finished_at: Option<Instant>,
    /// The number of its first code among all of the tenant's.
    first: u64,
}

/// A range that is ours to make.
#[derive(Debug)]
pub struct CouponRange {
    batch: CouponBatch,
    number: u32,
    made: u32,
    lease: String,
}

/// Whose a range is.
#[derive(Debug)]
pub enum RangeClaimed {
    /// Ours, for half a minute from each note of how far it is.
    Ours(Box<CouponRange>),
    /// Nobody's: it is done.
    Done,
    /// Another's who is at it.
    Others,
    /// There is no such range.
    Absent,
}

#[derive(Serialize, Deserialize)]
struct BatchRecord {
    pk: String,
    sk: String,
    offer: String,
    codes: u32,
    first: u64,
    ranges_done: u32,
    created_at: String,
    /// When the range that was done last was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_range_at: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct RangeRecord {
    pk: String,
    sk: String,
    made: u32,
    lease: String,
    lease_until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    done_at: Option<String>,
}

#[derive(Deserialize)]
struct NumbersRecord {
    next_number: u64,
}

impl CouponBatch {
    /// How many ranges it is made in.
    #[must_use]
    pub const fn ranges(&self) -> u32 {
        self.count.div_ceil(RANGE_CODES)
    }

    /// A code of it, by its place from 0; `None` behind the last. Computed, not read.
    #[must_use]
    pub fn code(&self, maker: &CodeMaker, place: u32) -> Option<CouponCode> {
        (place < self.count).then(|| maker.code(self.first + u64::from(place)))
    }

    const fn range_codes(&self, number: u32) -> u32 {
        let left = self.count.saturating_sub(number.saturating_mul(RANGE_CODES));
        if left < RANGE_CODES { left } else { RANGE_CODES }
    }
}

impl BatchRecord {
    fn of(tenant: Tenant, batch: &CouponBatch) -> Self {
        let Key { pk, sk } = keys::coupon_batch(tenant, batch.offer, batch.id);
        Self {
            pk,
            sk,
            offer: batch.offer.to_string(),
            codes: batch.count,
            first: batch.first,
            ranges_done: 0,
            created_at: items::instant_text(batch.created_at),
            last_range_at: None,
        }
    }

    fn read(self) -> Result<CouponBatch, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("coupon batch");
        let id = self.sk.strip_prefix(keys::COUPON_BATCH_PREFIX).map(CouponBatchId::parse);
        let last_range_at = self.last_range_at.as_deref().map(items::instant_of).transpose()?;
        let mut batch = CouponBatch {
            id: id.and_then(Result::ok).ok_or(CORRUPT)?,
            offer: OfferId::parse(&self.offer).map_err(|_| CORRUPT)?,
            count: self.codes,
            created_at: items::instant_of(&self.created_at)?,
            finished_at: None,
            first: self.first,
        };
        batch.finished_at = last_range_at.filter(|_| self.ranges_done == batch.ranges());
        Ok(batch)
    }
}

impl Store {
    /// Enters a batch of an offer, and takes as many numbers as it has codes, once for each key where the
    /// request has one: 2 round trips, 1 read unit, 4 write units, and 1 strong read and 2 write units for a
    /// key. No code of it is there yet.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`CouponError::BatchCount`] or [`RequestError::IdempotencyKeyReused`].
    pub async fn create_coupon_batch(
        &self,
        scope: &Scope,
        offer: OfferId,
        (id, count): (CouponBatchId, u32),
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Answered<CouponBatch>, StoreError> {
        if !(1..=MOST_CODES).contains(&count) {
            return Err(CouponError::BatchCount.into());
        }
        let tenant = scope.tenant();
        let numbers = &keys::coupon_numbers(tenant);
        retry(|_| async move {
            let mut answer = None;
            if let Some(key) = key {
                if let Some(before) = self.answered(scope, key, now).await? {
                    let before = CouponBatchId::parse(&before);
                    let before = before.map_err(|_| StoreError::Corrupt("answer"))?;
                    let before = self.coupon_batch(tenant, offer, before).await?;
                    return Ok(Attempt::Done(Answered::Replayed(before)));
                }
                answer = Some(scope.answer(key, id.to_string(), now)?);
            }
            let taken: Option<NumbersRecord> = self.get_item(numbers, Consistency::Strong).await?;
            let first = taken.map_or(0, |taken| taken.next_number);
            let batch = CouponBatch { id, offer, count, created_at: now, finished_at: None, first };
            let record = BatchRecord::of(tenant, &batch);
            let take = Write::update(numbers, "SET next_number = :next")
                .condition("attribute_not_exists(pk) OR next_number = :first")
                .value(":next", items::number(first + u64::from(count)))
                .value(":first", items::number(first));
            let mut transaction = self.transaction();
            transaction.add(Write::put(&record)?.if_absent());
            transaction.add(take);
            if let Some(answer) = answer {
                transaction.add(answer);
            }
            // The table stores whole seconds: the answer is what a later read gives.
            let outcome = transaction.commit().await?;
            Ok(outcome.done(Answered::New(record.read()?)))
        })
        .await
    }

    /// Takes one number of the tenant's count, for a coupon that is made by itself: 1 round trip, 1 write
    /// unit. A number that is taken and not used stays unused.
    pub(crate) async fn take_coupon_number(&self, tenant: Tenant) -> Result<u64, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("coupon numbers");
        retry(|_| async move {
            let take = Write::update(&keys::coupon_numbers(tenant), "ADD next_number :one")
                .value(":one", items::number(1))
                .returning_new();
            match self.write(take).await {
                Ok(Written::Done(Some(taken))) => {
                    let taken: NumbersRecord = items::from_item(taken, "coupon numbers")?;
                    taken.next_number.checked_sub(1).map(Attempt::Done).ok_or(CORRUPT)
                }
                Ok(_) => Err(CORRUPT),
                Err(StoreError::Busy) => Ok(Attempt::Again),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// A batch, read strongly: 1 round trip, 1 read unit.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn coupon_batch(
        &self,
        tenant: Tenant,
        offer: OfferId,
        id: CouponBatchId,
    ) -> Result<CouponBatch, StoreError> {
        let key = keys::coupon_batch(tenant, offer, id);
        let record: Option<BatchRecord> = self.get_item(&key, Consistency::Strong).await?;
        record.ok_or(StoreError::NotFound(Entity::CouponBatch))?.read()
    }

    /// The batches of an offer, the latest first, and the one after which the next page begins: 1
    /// query, half a read unit for some twenty.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn coupon_batches(
        &self,
        tenant: Tenant,
        offer: OfferId,
        after: Option<CouponBatchId>,
        limit: usize,
    ) -> Result<(Vec<CouponBatch>, Option<CouponBatchId>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :batch)")
            .expression_attribute_values(":pk", items::text(keys::offer_partition(tenant, offer)))
            .expression_attribute_values(":batch", items::text(keys::COUPON_BATCH_PREFIX))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(
                after.map(|after| items::key_item(&keys::coupon_batch(tenant, offer, after))),
            )
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let batches = answer.items.unwrap_or_default().into_iter();
        let batches = batches.map(|item| items::from_item::<BatchRecord>(item, "batch")?.read());
        let batches = batches.collect::<Result<Vec<_>, StoreError>>()?;
        let next = batches.last().filter(|_| more).map(|last| last.id);
        Ok((batches, next))
    }

    /// How many codes of a batch are written, and which of its ranges are not done: 1 query, 1 read
    /// unit for some twenty ranges, of which a batch has a hundred at the most.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn coupons_made(
        &self,
        tenant: Tenant,
        batch: &CouponBatch,
    ) -> Result<(u32, Vec<u32>), StoreError> {
        let mut pages = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :range)")
            .expression_attribute_values(
                ":pk",
                items::text(keys::offer_partition(tenant, batch.offer)),
            )
            .expression_attribute_values(":range", items::text(keys::coupon_range_prefix(batch.id)))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let (mut made, mut open) = (0, (0..batch.ranges()).collect::<Vec<_>>());
        while let Some(item) = pages.next().await {
            let item = item.map_err(StoreError::unavailable)?;
            let record: RangeRecord = items::from_item(item, "range")?;
            made += record.made;
            if record.done_at.is_some() {
                let number = record.sk.rsplit('#').next().and_then(|number| number.parse().ok());
                open.retain(|open| Some(*open) != number);
            }
        }
        Ok((made, open))
    }

    /// Claims a range of a batch for one writer: 2 round trips, 2 read units and 2 write units.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Corrupt`].
    pub async fn claim_coupon_range(
        &self,
        tenant: Tenant,
        offer: OfferId,
        id: CouponBatchId,
        number: u32,
        now: Instant,
    ) -> Result<RangeClaimed, StoreError> {
        let keys =
            [keys::coupon_batch(tenant, offer, id), keys::coupon_range(tenant, offer, id, number)];
        let (mut batch, mut before) = (None, None);
        for item in self.get_items_strongly(&keys).await? {
            if item.get("sk") == Some(&items::text(&keys[0].sk)) {
                batch = Some(items::from_item::<BatchRecord>(item, "coupon batch")?.read()?);
            } else {
                before = Some(items::from_item::<RangeRecord>(item, "range")?);
            }
        }
        let Some(batch) = batch.filter(|batch| number < batch.ranges()) else {
            return Ok(RangeClaimed::Absent);
        };
        let [_, key] = keys;
        let lease = token()?;
        let until = now.as_second() + LEASE_SECONDS;
        let (claim, made) = match before {
            Some(record) if record.done_at.is_some() => return Ok(RangeClaimed::Done),
            Some(record) if record.lease_until > now.as_second() => {
                return Ok(RangeClaimed::Others);
            }
            Some(record) => {
                let update = Write::update(&key, "SET lease = :lease, lease_until = :until")
                    .condition("lease = :before AND attribute_not_exists(done_at)")
                    .value(":lease", items::text(lease.clone()))
                    .value(":until", items::number(until))
                    .value(":before", items::text(record.lease));
                (update, record.made)
            }
            None => {
                let Key { pk, sk } = key;
                let (lease, lease_until) = (lease.clone(), until);
                let record = RangeRecord { pk, sk, made: 0, lease, lease_until, done_at: None };
                (Write::put(&record)?.if_absent(), 0)
            }
        };
        match self.transact_one(claim).await? {
            TransactionOutcome::Committed => {
                Ok(RangeClaimed::Ours(Box::new(CouponRange { batch, number, made, lease })))
            }
            TransactionOutcome::Cancelled(_) => Ok(RangeClaimed::Others),
        }
    }

    /// Makes the next codes of a range and notes how far it is: 1 write unit a code, 25 a round trip
    /// and 4 at once, then 2, or 4 with the last ones, which bring the batch one range nearer to its
    /// end. Nothing of the range is in memory but these. `true` where the range is done.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the codes took too long, or the range is another's by now: whoever
    /// claims it goes on from the last note and writes the same codes.
    pub async fn make_coupons(
        &self,
        scope: &Scope,
        maker: &CodeMaker,
        range: &mut CouponRange,
        now: Instant,
    ) -> Result<bool, StoreError> {
        let (tenant, batch) = (scope.tenant(), &range.batch);
        let codes = batch.range_codes(range.number);
        let made = codes.min(range.made + STEP_CODES);
        let begin = range.number * RANGE_CODES;
        let coupons = (begin + range.made..begin + made).filter_map(|place| {
            let code = batch.code(maker, place)?;
            Some(items::to_item(&CouponRecord::fresh(tenant, &code, batch.offer, Some(batch.id))))
        });
        let coupons = coupons.collect::<Result<Vec<_>, _>>()?;
        tokio::time::timeout(STEP_LIMIT, self.put_items(coupons))
            .await
            .map_err(|_| StoreError::Busy)??;
        let is_done = made == codes;
        let mut transaction = self.transaction();
        if is_done {
            range_done(&mut transaction, tenant, range, made, now);
        } else {
            let key = keys::coupon_range(tenant, batch.offer, batch.id, range.number);
            let note = Write::update(&key, "SET made = :made, lease_until = :until")
                .condition("lease = :lease")
                .value(":made", items::number(made))
                .value(":until", items::number(now.as_second() + LEASE_SECONDS))
                .value(":lease", items::text(range.lease.clone()));
            transaction.add(note);
        }
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                range.made = made;
                Ok(is_done)
            }
            TransactionOutcome::Cancelled(_) => Err(StoreError::Busy),
        }
    }

    /// Whether every code of a batch is there: no round trip where it is kept, else 1 and half a read
    /// unit.
    pub(crate) async fn batch_is_finished(
        &self,
        tenant: Tenant,
        offer: OfferId,
        id: CouponBatchId,
        now: Instant,
    ) -> Result<bool, StoreError> {
        if self.finished_batches.get(&id, now).is_some() {
            return Ok(true);
        }
        let key = keys::coupon_batch(tenant, offer, id);
        let record: Option<BatchRecord> = self.get_item(&key, Consistency::Eventual).await?;
        let finished = match record {
            Some(record) => record.read()?.finished_at.is_some(),
            None => false,
        };
        if finished {
            self.finished_batches.insert(id, (), now);
        }
        Ok(finished)
    }
}

/// Adds the range's end and the batch's count of ranges, in one transaction so that each range counts
/// once.
fn range_done(
    transaction: &mut Transaction<'_>,
    tenant: Tenant,
    range: &CouponRange,
    made: u32,
    now: Instant,
) {
    let batch = &range.batch;
    let now = items::text(items::instant_text(now));
    let key = keys::coupon_range(tenant, batch.offer, batch.id, range.number);
    let done = Write::update(&key, "SET made = :made, done_at = :now")
        .condition("lease = :lease AND attribute_not_exists(done_at)")
        .value(":made", items::number(made))
        .value(":now", now.clone())
        .value(":lease", items::text(range.lease.clone()));
    transaction.add(done);
    let key = keys::coupon_batch(tenant, batch.offer, batch.id);
    let count = Write::update(&key, "SET ranges_done = ranges_done + :one, last_range_at = :now")
        .if_present()
        .value(":one", items::number(1))
        .value(":now", now);
    transaction.add(count);
}
