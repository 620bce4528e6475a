//! The coupons of a purchase: tried on its basket, redeemed in its transaction, given back when the sale is
//! cancelled.

use crate::purchase::item::PurchaseRecord;
use crate::table::transaction::{Cancellation, Transaction};
use crate::{Scope, Store, StoreError, StoredCoupon};
use domain::coupon::{self, Basket, Refusal, User};
use domain::{
    Cents, CouponCode, CouponError, Day, EstablishmentId, Instant, Line, MemberId, OfferId,
    Purchase,
};

/// A basket that coupons are tried on.
pub(crate) struct Tried<'a> {
    /// What it comes to before all coupons.
    pub(crate) gross: Cents,
    /// Its lines.
    pub(crate) lines: &'a [Line],
    /// The day.
    pub(crate) day: Day,
    /// Where.
    pub(crate) establishment: &'a EstablishmentId,
    /// Of whom; one who becomes a member with it has used nothing.
    pub(crate) member: Option<(MemberId, bool)>,
}

/// The coupons of a purchase, accepted and on their way into its transaction.
#[derive(Default)]
pub(crate) struct CouponRedemption {
    coupons: Vec<StoredCoupon>,
    member: Option<MemberId>,
}

impl CouponRedemption {
    /// Adds the writes to the purchase's transaction.
    pub(crate) fn add_to(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        for (place, coupon) in self.coupons.iter().enumerate() {
            coupon.redeem(transaction, scope, place, self.member)?;
        }
        Ok(())
    }

    /// What the purchase keeps of them: [`PurchaseRecord::redeemed`].
    pub(crate) fn redeemed(&self) -> Vec<u8> {
        let coupons = self.coupons.iter();
        let redeemed = coupons.flat_map(|coupon| {
            let counted = coupon.offer.terms().usage.limit_member().is_some();
            coupon.offer.id.to_bytes().into_iter().chain([u8::from(counted)])
        });
        redeemed.collect()
    }

    /// Why a coupon stood in the way.
    pub(crate) fn refusal(&self, cancelled: &Cancellation) -> Option<Refusal> {
        let mut coupons = self.coupons.iter().enumerate();
        coupons.find_map(|(place, coupon)| coupon.refusal(cancelled, place, self.member))
    }
}

/// Of each coupon that a purchase used, the offer, and whether the use counts for its customer.
pub(crate) fn offers(redeemed: &[u8]) -> impl Iterator<Item = (OfferId, bool)> {
    let (redeemed, _) = redeemed.as_chunks::<17>();
    redeemed.iter().map(|[offer @ .., counted]| (OfferId::from_bytes(*offer), *counted == 1))
}

impl Store {
    /// What a code gives on a basket, and the coupon where there is one: 1 round trip and half a read
    /// unit, as much again for an offer that is not kept, for the member's uses where the offer
    /// limits them, and for a coupon that names another member.
    pub(crate) async fn try_coupon(
        &self,
        scope: &Scope,
        code: &CouponCode,
        basket: &Tried<'_>,
        now: Instant,
    ) -> Result<(Option<StoredCoupon>, Result<Cents, Refusal>), StoreError> {
        let Some(mut coupon) = self.coupon(scope, code, now).await? else {
            return Ok((None, Err(Refusal::Unknown)));
        };
        let limited = coupon.offer.terms().usage.limit_member().is_some();
        let user = match basket.member {
            None => None,
            Some((member, is_new)) => {
                self.follow_holder(scope, &mut coupon, member).await?;
                let uses = if limited && !is_new {
                    self.member_uses(scope, member, coupon.offer.id).await?
                } else {
                    0
                };
                Some(User { member, uses })
            }
        };
        let Tried { gross, lines, day, establishment, .. } = *basket;
        let basket = Basket { gross, lines, user, day, establishment };
        let gives = coupon::redeem(&coupon.offer, &coupon.state, &basket);
        Ok((Some(coupon), gives))
    }

    /// Checks the coupons of a purchase and prepares to redeem them: what [`Store::try_coupon`] costs for
    /// each, then 2 write units each in the purchase's transaction, and 2 more where the offer limits a
    /// member's uses.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`CouponError::Refused`].
    pub(crate) async fn redeem_coupons(
        &self,
        scope: &Scope,
        purchase: &Purchase,
        member: Option<(MemberId, bool)>,
        now: Instant,
    ) -> Result<CouponRedemption, StoreError> {
        let member_id = member.map(|(member, _)| member);
        let mut redemption = CouponRedemption { coupons: vec![], member: member_id };
        let receipt = purchase.receipt();
        let basket = Tried {
            gross: purchase.gross(),
            lines: purchase.lines(),
            day: receipt.day,
            establishment: &receipt.establishment,
            member,
        };
        for used in purchase.coupons() {
            let (coupon, gives) = self.try_coupon(scope, &used.code, &basket, now).await?;
            let accepted = gives.and_then(|gives| coupon::accept(used.discount, gives));
            accepted.map_err(CouponError::Refused)?;
            let Some(coupon) = coupon else {
                return Err(CouponError::Refused(Refusal::Unknown).into());
            };
            redemption.coupons.push(coupon);
        }
        Ok(redemption)
    }

    /// Adds the writes that give back the coupons of a purchase: up to 2 strong reads a coupon.
    pub(crate) async fn release_coupons(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        record: &PurchaseRecord,
        coupons: &[domain::purchase::UsedCoupon],
    ) -> Result<(), StoreError> {
        for (used, (offer, counted)) in coupons.iter().zip(offers(&record.redeemed)) {
            let member = if counted { record.member()? } else { None };
            self.release_coupon(transaction, scope, &used.code, offer, member).await?;
        }
        Ok(())
    }
}
