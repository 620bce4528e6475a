//! A coupon as an item: one small item for each code, in no index.

use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::{Consistency, Scope, Store, StoreError};
use domain::coupon::CouponState;
use domain::{CouponBatchId, CouponCode, Credential, Instant, MemberId, Offer, OfferId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct CouponRecord {
    pk: String,
    sk: String,
    offer: String,
    pub(crate) uses: u32,
    /// The batch of the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<String>,
    /// The only member who can use the coupon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bound_to: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    /// The credential that imported the code, or changed it last. Absent for a code of a batch or of a reward:
    /// the batch or the redemption has the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<Credential>,
}

/// A coupon with its offer.
#[derive(Debug, Clone)]
pub struct StoredCoupon {
    /// The code.
    pub code: CouponCode,
    /// The offer, at most a minute old.
    pub offer: Arc<Offer>,
    /// The state, read eventually. The write of a redemption has a condition on the stored state.
    pub state: CouponState,
    /// The member that the item names. That member may have been merged into another one since.
    pub(crate) given_to: Option<MemberId>,
    /// The uses of the offer by members that were merged into the customer.
    pub(crate) uses_of_absorbed: u32,
}

impl CouponRecord {
    /// A coupon without uses.
    pub(crate) fn unused(
        tenant: Tenant,
        code: &CouponCode,
        offer: OfferId,
        batch: Option<CouponBatchId>,
    ) -> Self {
        let Key { pk, sk } = keys::coupon(tenant, code);
        Self {
            pk,
            sk,
            offer: offer.to_string(),
            uses: 0,
            batch: batch.map(|batch| batch.to_string()),
            bound_to: None,
            disabled: false,
            by: None,
        }
    }

    /// The same coupon, for one member only.
    pub(crate) fn bound_to(self, member: MemberId) -> Self {
        Self { bound_to: Some(member.to_string()), ..self }
    }

    /// The same coupon, written by a credential.
    pub(crate) fn by(self, by: Credential) -> Self {
        Self { by: Some(by), ..self }
    }

    pub(crate) fn code(&self) -> &str {
        &self.sk
    }

    pub(crate) fn offer(&self) -> Result<OfferId, StoreError> {
        OfferId::parse(&self.offer).map_err(|_| CORRUPT)
    }

    fn batch(&self) -> Result<Option<CouponBatchId>, StoreError> {
        self.batch.as_deref().map(CouponBatchId::parse).transpose().map_err(|_| CORRUPT)
    }

    pub(crate) fn state(&self) -> Result<CouponState, StoreError> {
        let bound_to = self.bound_to.as_deref().map(MemberId::parse).transpose();
        Ok(CouponState {
            uses: self.uses,
            disabled: self.disabled,
            bound_to: bound_to.map_err(|_| CORRUPT)?,
        })
    }
}

const CORRUPT: StoreError = StoreError::Corrupt("coupon");

impl Store {
    /// A coupon by its code, with its offer: 1 round trip and half a read unit. An offer or a batch that is
    /// not cached costs the same again. `None` for a code that does not exist, that belongs to another
    /// merchant, or whose batch is not finished.
    pub async fn coupon(
        &self,
        scope: &Scope,
        code: &CouponCode,
        now: Instant,
    ) -> Result<Option<StoredCoupon>, StoreError> {
        let tenant = scope.tenant();
        let key = keys::coupon(tenant, code);
        let record: Option<CouponRecord> = self.get_item(&key, Consistency::Eventual).await?;
        let Some(record) = record else { return Ok(None) };
        let offer = record.offer()?;
        if let Some(batch) = record.batch()?
            && !self.batch_is_finished(tenant, offer, batch, now).await?
        {
            return Ok(None);
        }
        let Some(offer) = self.cached_offer(tenant, offer, now).await? else { return Ok(None) };
        let state = record.state()?;
        let given_to = state.bound_to;
        Ok(Some(StoredCoupon { code: code.clone(), offer, state, given_to, uses_of_absorbed: 0 }))
    }

    /// Where a coupon is bound to a member who was merged into another one, sets `bound_to` in memory to the
    /// survivor. Nothing is written. 1 round trip, half a read unit; no call for a coupon that is not bound,
    /// or that is bound to `member`.
    pub async fn follow_holder(
        &self,
        scope: &Scope,
        coupon: &mut StoredCoupon,
        member: MemberId,
    ) -> Result<(), StoreError> {
        let Some(holder) = coupon.state.bound_to.filter(|holder| *holder != member) else {
            return Ok(());
        };
        match self.account(scope, holder, Consistency::Eventual).await {
            Ok(survivor) => coupon.state.bound_to = Some(survivor.member),
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
