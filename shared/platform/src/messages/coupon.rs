//! Messages about batches of coupons.

use crate::queue::QueueMessage;
use domain::{CouponBatchId, OfferId};
use serde::{Deserialize, Serialize};
use store::Tenant;

/// Asks `coupons` to generate the codes of a range of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponRangeMessage {
    /// The tenant of the offer.
    pub tenant: Tenant,
    /// The offer.
    pub offer: OfferId,
    /// The batch of the offer.
    pub batch: CouponBatchId,
    /// The number of the range in the batch, from 0.
    pub range: u32,
}

impl CouponRangeMessage {
    /// Generates a range.
    #[must_use]
    pub const fn of(tenant: Tenant, offer: OfferId, batch: CouponBatchId, range: u32) -> Self {
        Self { tenant, offer, batch, range }
    }
}

impl QueueMessage for CouponRangeMessage {
    fn group(&self) -> Option<String> {
        Some(self.tenant.merchant.to_string())
    }
}
