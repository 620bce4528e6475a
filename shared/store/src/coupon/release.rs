//! The release of coupons: the cancellation of a sale gives their uses back.

use crate::coupon::item::CouponRecord;
use crate::coupon::redeem::{UsesRecord, redeemed_offers};
use crate::purchase::item::PurchaseRecord;
use crate::table::attributes;
use crate::table::keys;
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::purchase::UsedCoupon;
use domain::{CouponCode, MemberId, OfferId};

impl Store {
    /// Adds the writes that release the coupons of a purchase: up to 2 strong reads a coupon.
    pub(crate) async fn release_coupons(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        record: &PurchaseRecord,
        coupons: &[UsedCoupon],
    ) -> Result<(), StoreError> {
        for (used, redeemed) in coupons.iter().zip(redeemed_offers(&record.redeemed)) {
            if redeemed.of_code {
                self.release_coupon(transaction, scope, &used.code, redeemed.offer).await?;
            }
            if redeemed.of_member
                && let Some(member) = record.member()?
            {
                self.uncount(transaction, scope, member, redeemed.offer).await?;
            }
        }
        Ok(())
    }

    /// Adds the write that gives one use of a coupon back: 2 write units, 1 strong read. No count falls below
    /// zero, and a coupon that no longer exists is not created again.
    pub async fn release_coupon(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        code: &CouponCode,
        offer: OfferId,
    ) -> Result<(), StoreError> {
        let key = keys::coupon(scope.tenant(), code);
        let coupon: Option<CouponRecord> = self.get_item(&key, Consistency::Strong).await?;
        if let Some(coupon) = coupon
            && coupon.uses > 0
            && coupon.offer()? == offer
        {
            let less = Write::update(&key, ONE_USE_LESS)
                .condition("uses >= :one AND offer = :offer")
                .value(":one", attributes::number(1))
                .value(":offer", attributes::text(offer.to_string()));
            transaction.add(less);
        }
        Ok(())
    }

    /// Adds the write that lowers the count of a member's uses of an offer, where the count is above zero: 1
    /// strong read.
    pub async fn uncount(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        member: MemberId,
        offer: OfferId,
    ) -> Result<(), StoreError> {
        let key = keys::member_uses(scope.tenant(), member, offer);
        let counted: Option<UsesRecord> = self.get_item(&key, Consistency::Strong).await?;
        if counted.is_some_and(|counted| counted.uses > 0) {
            let less = Write::update(&key, ONE_USE_LESS);
            transaction.add(less.condition("uses >= :one").value(":one", attributes::number(1)));
        }
        Ok(())
    }
}

const ONE_USE_LESS: &str = "SET uses = uses - :one";
