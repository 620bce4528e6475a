//! Batches of an offer's codes. A batch is planned at once and made range by range in the background. Its
//! codes can be used only when every range is done.

use crate::TtlCache;
use crate::coupon::code::CodeMaker;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Answered, Consistency, Entity, IdempotencyKey, Scope, Store, StoreError};
use domain::{CouponBatchId, CouponCode, CouponError, Credential, Instant, OfferId};
use serde::{Deserialize, Serialize};

/// Codes of a range. The last range of a batch may have fewer.
pub const RANGE_CODES: u32 = 10_000;
/// The most codes of a batch.
const MOST_CODES: u32 = 1_000_000;

/// A cache of the batches that are finished. A finished batch stays finished.
pub(crate) type FinishedBatches = TtlCache<CouponBatchId, ()>;

/// A batch to create.
#[derive(Debug, Clone, Copy)]
pub struct NewCouponBatch {
    /// The identifier of the batch.
    pub id: CouponBatchId,
    /// The offer of its codes.
    pub offer: OfferId,
    /// The number of its codes.
    pub count: u32,
}

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponBatch {
    /// The identifier.
    pub id: CouponBatchId,
    /// The offer of its codes.
    pub offer: OfferId,
    /// The number of its codes.
    pub count: u32,
    /// When the batch was requested.
    pub created_at: Instant,
    /// When the last code was written.
    pub finished_at: Option<Instant>,
    /// The number of the first code in the tenant's count of codes.
    first: u64,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct BatchRecord {
    pk: String,
    sk: String,
    offer: String,
    codes: u32,
    first: u64,
    ranges_done: u32,
    created_at: String,
    /// The credential that created the batch.
    by: Credential,
    /// When the latest range was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_range_at: Option<String>,
}

#[derive(Deserialize)]
struct NumbersRecord {
    next_number: u64,
}

impl CouponBatch {
    /// The number of its ranges.
    #[must_use]
    pub const fn ranges(&self) -> u32 {
        self.count.div_ceil(RANGE_CODES)
    }

    /// The code at a place, counted from 0. `None` after the last code. The code is computed, not read.
    #[must_use]
    pub fn code(&self, maker: &CodeMaker, place: u32) -> Option<CouponCode> {
        (place < self.count).then(|| maker.code(self.first + u64::from(place)))
    }

    pub(crate) const fn range_codes(&self, number: u32) -> u32 {
        let left = self.count.saturating_sub(number.saturating_mul(RANGE_CODES));
        if left < RANGE_CODES { left } else { RANGE_CODES }
    }
}

impl BatchRecord {
    fn of(scope: &Scope, batch: &CouponBatch) -> Self {
        let Key { pk, sk } = keys::coupon_batch(scope.tenant(), batch.offer, batch.id);
        Self {
            pk,
            sk,
            offer: batch.offer.to_string(),
            codes: batch.count,
            first: batch.first,
            ranges_done: 0,
            created_at: attributes::instant_text(batch.created_at),
            by: scope.credential,
            last_range_at: None,
        }
    }

    pub(crate) fn read(self) -> Result<CouponBatch, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("coupon batch");
        let id = self.sk.strip_prefix(keys::COUPON_BATCH_PREFIX).map(CouponBatchId::parse);
        let last_range_at =
            self.last_range_at.as_deref().map(attributes::instant_of).transpose()?;
        let mut batch = CouponBatch {
            id: id.and_then(Result::ok).ok_or(CORRUPT)?,
            offer: OfferId::parse(&self.offer).map_err(|_| CORRUPT)?,
            count: self.codes,
            created_at: attributes::instant_of(&self.created_at)?,
            finished_at: None,
            first: self.first,
        };
        batch.finished_at = last_range_at.filter(|_| self.ranges_done == batch.ranges());
        Ok(batch)
    }
}

impl Store {
    /// Creates a batch, and takes a number of the tenant's count for each code. No code is written yet. A
    /// repeated request with the same idempotency key creates no second batch.
    ///
    /// The cost is 2 round trips, 1 read unit and 4 write units. An idempotency key adds 1 strong read and 2
    /// write units.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`CouponError::BatchCount`] or
    /// [`RequestError::IdempotencyKeyReused`](domain::RequestError::IdempotencyKeyReused).
    pub async fn create_coupon_batch(
        &self,
        scope: &Scope,
        new: &NewCouponBatch,
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Answered<CouponBatch>, StoreError> {
        let NewCouponBatch { id, offer, count } = *new;
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
            let record = BatchRecord::of(scope, &batch);
            let take = Write::update(numbers, "SET next_number = :next")
                .condition("attribute_not_exists(pk) OR next_number = :first")
                .value(":next", attributes::number(first + u64::from(count)))
                .value(":first", attributes::number(first));
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

    /// A batch: 1 strong read, 1 read unit.
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

    /// The batches of an offer, the latest first, and the batch after which the next page begins: 1 query,
    /// half a read unit for some twenty batches.
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
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::offer_partition(tenant, offer)),
            )
            .expression_attribute_values(":batch", attributes::text(keys::COUPON_BATCH_PREFIX))
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

    /// Whether every code of a batch is written: no call for a batch that is cached as finished, otherwise 1
    /// round trip and half a read unit.
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
