//! The ranges of a batch, each made by one worker at a time.
//!
//! The codes of a range are written without condition, 25 a call. These writes cannot make a used coupon
//! unused again, for two reasons. First, one worker makes a range, under a lease. Second, a code can be used
//! only after the whole batch is finished, and no code of a finished batch is written any more.

use crate::coupon::batch::{BatchRecord, CouponBatch, RANGE_CODES};
use crate::coupon::code::CodeMaker;
use crate::coupon::item::CouponRecord;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::lease::token;
use crate::table::tenant::Tenant;
use crate::table::transaction::{Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::{CouponBatchId, Instant, OfferId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Codes written between two saves of a range's progress.
const STEP_CODES: u32 = 500;
/// The time for which a range belongs to one worker after each save.
const LEASE_SECONDS: i64 = 30;
/// The time limit for the writes of a step. The limit is shorter than the lease.
const STEP_LIMIT: Duration = Duration::from_secs(20);

/// A range that this worker has claimed.
#[derive(Debug)]
pub struct CouponRange {
    batch: CouponBatch,
    number: u32,
    made: u32,
    lease: String,
}

/// The result of a claim.
#[derive(Debug)]
pub enum RangeClaimed {
    /// This worker has the range, for half a minute after each save.
    Ours(Box<CouponRange>),
    /// The range is done.
    Done,
    /// Another worker has the range.
    Others,
    /// The range does not exist.
    Absent,
}

/// The progress of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchProgress {
    /// The number of codes that are written.
    pub codes_made: u32,
    /// The numbers of the ranges that are not done.
    pub open_ranges: Vec<u32>,
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

impl Store {
    /// The progress of a batch: 1 query, 1 read unit for some twenty ranges. A batch has at most a hundred.
    pub async fn batch_progress(
        &self,
        tenant: Tenant,
        batch: &CouponBatch,
    ) -> Result<BatchProgress, StoreError> {
        let partition = keys::offer_partition(tenant, batch.offer);
        let prefix = keys::coupon_range_prefix(batch.id);
        let stored: Vec<RangeRecord> =
            self.query_all(partition, &prefix, Consistency::Strong, "range").await?;
        let mut progress =
            BatchProgress { codes_made: 0, open_ranges: (0..batch.ranges()).collect() };
        for record in stored {
            progress.codes_made += record.made;
            if record.done_at.is_some() {
                let number = record.sk.rsplit('#').next().and_then(|number| number.parse().ok());
                progress.open_ranges.retain(|open| Some(*open) != number);
            }
        }
        Ok(progress)
    }

    /// Claims a range of a batch for one worker: 2 round trips, 2 read units and 2 write units.
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
            if item.get("sk") == Some(&attributes::text(&keys[0].sk)) {
                batch = Some(items::from_item::<BatchRecord>(item, "coupon batch")?.read()?);
            } else {
                before = Some(items::from_item::<RangeRecord>(item, "range")?);
            }
        }
        let Some(batch) = batch.filter(|batch| number < batch.ranges()) else {
            return Ok(RangeClaimed::Absent);
        };
        let [_, key] = keys;
        let lease = token(&self.random)?;
        let until = now.as_second() + LEASE_SECONDS;
        let (claim, made) = match before {
            Some(record) if record.done_at.is_some() => return Ok(RangeClaimed::Done),
            Some(record) if record.lease_until > now.as_second() => {
                return Ok(RangeClaimed::Others);
            }
            Some(record) => {
                let update = Write::update(&key, "SET lease = :lease, lease_until = :until")
                    .condition("lease = :before AND attribute_not_exists(done_at)")
                    .value(":lease", attributes::text(lease.clone()))
                    .value(":until", attributes::number(until))
                    .value(":before", attributes::text(record.lease));
                (update, record.made)
            }
            None => {
                let Key { pk, sk } = key;
                let (lease, lease_until) = (lease.clone(), until);
                let record = RangeRecord { pk, sk, made: 0, lease, lease_until, done_at: None };
                (Write::put(&record)?.if_absent(), 0)
            }
        };
        Ok(if self.transact_one(claim).await? {
            RangeClaimed::Ours(Box::new(CouponRange { batch, number, made, lease }))
        } else {
            RangeClaimed::Others
        })
    }

    /// Writes the next codes of a range and saves the progress. Returns `true` where the range is done. Only
    /// the codes of one step are in memory. The cost:
    ///
    /// * the codes: 1 write unit each, 25 in a round trip, 4 round trips at the same time
    /// * the save: 2 write units, or 4 for the last codes, where the batch also counts the range
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the codes took too long, or another worker has the range by now. The next
    /// worker starts at the last save and writes the same codes.
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
            Some(items::to_item(&CouponRecord::unused(tenant, &code, batch.offer, Some(batch.id))))
        });
        let coupons = coupons.collect::<Result<Vec<_>, _>>()?;
        tokio::time::timeout(STEP_LIMIT, self.put_items(coupons))
            .await
            .map_err(|_| StoreError::Busy)??;
        let is_done = made == codes;
        let mut transaction = self.transaction();
        if is_done {
            finish_range(&mut transaction, tenant, range, made, now);
        } else {
            let key = keys::coupon_range(tenant, batch.offer, batch.id, range.number);
            let save = Write::update(&key, "SET made = :made, lease_until = :until")
                .condition("lease = :lease")
                .value(":made", attributes::number(made))
                .value(":until", attributes::number(now.as_second() + LEASE_SECONDS))
                .value(":lease", attributes::text(range.lease.clone()));
            transaction.add(save);
        }
        match transaction.commit().await? {
            TransactionOutcome::Committed => {
                range.made = made;
                Ok(is_done)
            }
            TransactionOutcome::Cancelled(_) => Err(StoreError::Busy),
        }
    }
}

/// Adds the write that ends the range, and the write that raises the batch's count of ranges. Both writes are
/// in one transaction, so that each range is counted once.
fn finish_range(
    transaction: &mut Transaction<'_>,
    tenant: Tenant,
    range: &CouponRange,
    made: u32,
    now: Instant,
) {
    let batch = &range.batch;
    let now = attributes::text(attributes::instant_text(now));
    let key = keys::coupon_range(tenant, batch.offer, batch.id, range.number);
    let done = Write::update(&key, "SET made = :made, done_at = :now")
        .condition("lease = :lease AND attribute_not_exists(done_at)")
        .value(":made", attributes::number(made))
        .value(":now", now.clone())
        .value(":lease", attributes::text(range.lease.clone()));
    transaction.add(done);
    let key = keys::coupon_batch(tenant, batch.offer, batch.id);
    let count = Write::update(&key, "SET ranges_done = ranges_done + :one, last_range_at = :now")
        .if_present()
        .value(":one", attributes::number(1))
        .value(":now", now);
    transaction.add(count);
}
