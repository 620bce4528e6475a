//! The coupons of a purchase: tried on its basket and redeemed in its transaction.

use crate::coupon::item::StoredCoupon;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys;
use crate::table::tenant::Tenant;
use crate::table::transaction::{Cancellation, Slot, Transaction};
use crate::table::write::Write;
use crate::{Consistency, Scope, Store, StoreError};
use domain::coupon::{self, Basket, Refusal, User};
use domain::{
    Cents, CouponCode, CouponError, Day, EstablishmentId, Instant, Line, MemberId, OfferId,
    Purchase,
};
use serde::Deserialize;

/// A basket on which coupons are tried.
pub(crate) struct CouponBasket<'a> {
    /// The amount before all coupons.
    pub(crate) gross: Cents,
    /// The lines.
    pub(crate) lines: &'a [Line],
    /// The day of the sale.
    pub(crate) day: Day,
    /// The establishment.
    pub(crate) establishment: &'a EstablishmentId,
    /// The customer, where there is one.
    pub(crate) customer: Option<CouponCustomer>,
}

/// The customer who uses coupons.
#[derive(Clone)]
pub(crate) struct CouponCustomer {
    /// The member.
    pub(crate) member: MemberId,
    /// The members that were merged into this one: their uses count too.
    pub(crate) absorbed: Vec<MemberId>,
    /// Whether the customer becomes a member with the purchase, and so has no uses yet.
    pub(crate) is_new: bool,
}

/// The result of a code on a basket.
pub(crate) struct TriedCoupon {
    /// The coupon; `None` for a code that does not exist.
    pub(crate) coupon: Option<StoredCoupon>,
    /// The discount, or the reason of the refusal.
    pub(crate) discount: Result<Cents, Refusal>,
}

#[derive(Deserialize)]
pub(crate) struct UsesRecord {
    pub(crate) uses: u32,
}

impl StoredCoupon {
    /// The member that the coupon's item must name, where `member` uses the coupon: `member`, or a member who
    /// was merged into `member`.
    fn stored_holder(&self, member: Option<MemberId>) -> Option<MemberId> {
        if self.state.bound_to == member { self.given_to.or(member) } else { member }
    }

    /// Adds the writes of the coupon's use to the transaction of the purchase: the coupon (2 write units)
    /// where its uses are counted, and the count of the member's uses (2 more) where the offer limits them.
    /// The conditions of the writes hold only while uses are left. So where two tills want the last use,
    /// exactly one till gets it. `place` is the coupon's place among the coupons of the purchase.
    ///
    /// A code without a limit that all customers share is not written: every sale would write the same item.
    /// Such a code that is disabled or bound to a member at this moment may be used once more.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the offer limits a member's uses and there is no member.
    pub fn redeem(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        place: usize,
        member: Option<MemberId>,
    ) -> Result<(), StoreError> {
        let (tenant, offer) = (scope.tenant(), &self.offer);
        let usage = offer.terms().usage;
        if self.is_counted() {
            transaction.add_in(Slot::UsedCoupon(place), self.count_use(tenant, member));
        }
        if let Some(limit) = usage.limit_member() {
            let Some(member) = member else {
                return Err(CouponError::Refused(Refusal::NeedsMember).into());
            };
            let count =
                Write::update(&keys::member_uses(tenant, member, offer.id), "ADD uses :one")
                    .condition("attribute_not_exists(uses) OR uses < :limit")
                    .value(":one", attributes::number(1))
                    .value(
                        ":limit",
                        attributes::number(limit.saturating_sub(self.uses_of_absorbed)),
                    );
            transaction.add_in(Slot::MemberUses(place), count);
        }
        Ok(())
    }

    fn is_counted(&self) -> bool {
        self.state.is_counted(self.offer.terms().usage)
    }

    /// The write that counts one use, on condition that the code can be used.
    fn count_use(&self, tenant: Tenant, member: Option<MemberId>) -> Write {
        let offer = &self.offer;
        let mut condition = "offer = :offer AND attribute_not_exists(disabled)".to_owned();
        let mut redeem = Write::update(&keys::coupon(tenant, &self.code), "SET uses = uses + :one")
            .value(":one", attributes::number(1))
            .value(":offer", attributes::text(offer.id.to_string()));
        if let Some(limit) = offer.terms().usage.limit() {
            condition.push_str(" AND uses < :limit");
            redeem = redeem.value(":limit", attributes::number(limit));
        }
        if let Some(holder) = self.stored_holder(member) {
            condition.push_str(" AND (attribute_not_exists(bound_to) OR bound_to = :holder)");
            redeem = redeem.value(":holder", attributes::text(holder.to_string()));
        } else {
            condition.push_str(" AND attribute_not_exists(bound_to)");
        }
        redeem.condition(condition).returning_stored()
    }

    /// The reason why the coupon stopped a purchase of `member`. `None` where another write stopped the
    /// purchase: another attempt may record the purchase.
    fn refusal(
        &self,
        cancelled: &Cancellation,
        place: usize,
        member: Option<MemberId>,
    ) -> Option<Refusal> {
        if cancelled.failed(Slot::UsedCoupon(place)) {
            let Some(stored) = cancelled.stored(Slot::UsedCoupon(place)) else {
                return Some(Refusal::Unknown);
            };
            let bound_to = stored.get("bound_to");
            let holder = self.stored_holder(member).map(|id| attributes::text(id.to_string()));
            return Some(if stored.contains_key("disabled") {
                Refusal::Disabled
            } else if bound_to.is_some() && bound_to != holder.as_ref() {
                Refusal::OfAnotherMember
            } else {
                Refusal::UsedUp
            });
        }
        cancelled.failed(Slot::MemberUses(place)).then_some(Refusal::MemberLimit)
    }
}

/// The accepted coupons of a purchase, to be redeemed in its transaction.
#[derive(Default)]
pub(crate) struct CouponRedemption {
    coupons: Vec<StoredCoupon>,
    member: Option<MemberId>,
}

impl CouponRedemption {
    /// Adds the writes to the transaction of the purchase.
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

    /// The attribute `redeemed` of the purchase, as [`redeemed_offers`] reads it.
    pub(crate) fn redeemed(&self) -> Vec<u8> {
        let coupons = self.coupons.iter();
        let redeemed = coupons.flat_map(|coupon| {
            let of_member = coupon.offer.terms().usage.limit_member().is_some();
            let counted = u8::from(of_member) * OF_MEMBER + u8::from(coupon.is_counted()) * OF_CODE;
            coupon.offer.id.to_bytes().into_iter().chain([counted])
        });
        redeemed.collect()
    }

    /// The reason of the first coupon that stopped the purchase.
    pub(crate) fn refusal(&self, cancelled: &Cancellation) -> Option<Refusal> {
        let mut coupons = self.coupons.iter().enumerate();
        coupons.find_map(|(place, coupon)| coupon.refusal(cancelled, place, self.member))
    }
}

/// The offer of a coupon that a purchase used.
pub(crate) struct RedeemedOffer {
    pub(crate) offer: OfferId,
    /// Whether the use counts for the customer.
    pub(crate) of_member: bool,
    /// Whether the use counts for the code.
    pub(crate) of_code: bool,
}

/// The bit of a use that counts for the customer.
const OF_MEMBER: u8 = 1;
/// The bit of a use that counts for the code.
const OF_CODE: u8 = 2;

/// The offers of the coupons that a purchase used, from its attribute `redeemed`.
pub(crate) fn redeemed_offers(redeemed: &[u8]) -> impl Iterator<Item = RedeemedOffer> {
    let (redeemed, _) = redeemed.as_chunks::<17>();
    redeemed.iter().map(|[offer @ .., counted]| RedeemedOffer {
        offer: OfferId::from_bytes(*offer),
        of_member: counted & OF_MEMBER != 0,
        of_code: counted & OF_CODE != 0,
    })
}

/// The attribute `redeemed` of a purchase whose uses no longer count for its customer.
pub(crate) fn uncounted_for_member(redeemed: &[u8]) -> Vec<u8> {
    let (redeemed, _) = redeemed.as_chunks::<17>();
    let uncounted = redeemed.iter().map(|[offer @ .., counted]| (offer, counted & !OF_MEMBER));
    uncounted.flat_map(|(offer, counted)| offer.iter().copied().chain([counted])).collect()
}

impl Store {
    /// Tries a code on a basket: 1 round trip and half a read unit. Each of these costs the same again: an
    /// offer that is not cached, the member's uses where the offer limits them, and a coupon that names
    /// another member.
    pub(crate) async fn try_coupon(
        &self,
        scope: &Scope,
        code: &CouponCode,
        basket: &CouponBasket<'_>,
        now: Instant,
    ) -> Result<TriedCoupon, StoreError> {
        let Some(mut coupon) = self.coupon(scope, code, now).await? else {
            return Ok(TriedCoupon { coupon: None, discount: Err(Refusal::Unknown) });
        };
        let limited = coupon.offer.terms().usage.limit_member().is_some();
        let user = match &basket.customer {
            None => None,
            Some(CouponCustomer { member, absorbed, is_new }) => {
                let member = *member;
                self.follow_holder(scope, &mut coupon, member).await?;
                let mut uses = 0;
                if limited && !is_new {
                    let offer = coupon.offer.id;
                    coupon.uses_of_absorbed = self.uses_of(scope, absorbed, offer).await?;
                    uses = self.member_uses(scope, member, offer).await? + coupon.uses_of_absorbed;
                }
                Some(User { member, uses })
            }
        };
        let CouponBasket { gross, lines, day, establishment, .. } = *basket;
        let basket = Basket { gross, lines, user, day, establishment };
        let discount = coupon::redeem(&coupon.offer, &coupon.state, &basket);
        Ok(TriedCoupon { coupon: Some(coupon), discount })
    }

    /// Checks the coupons of a purchase and prepares their redemption. Each coupon has the cost of
    /// [`Store::try_coupon`], then 2 write units in the transaction of the purchase where its uses are
    /// counted, and 2 more where the offer limits a member's uses.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`CouponError::Refused`].
    pub(crate) async fn redeem_coupons(
        &self,
        scope: &Scope,
        purchase: &Purchase,
        customer: Option<CouponCustomer>,
        now: Instant,
    ) -> Result<CouponRedemption, StoreError> {
        let member = customer.as_ref().map(|customer| customer.member);
        let mut redemption = CouponRedemption { coupons: vec![], member };
        let receipt = purchase.receipt();
        let basket = CouponBasket {
            gross: purchase.gross(),
            lines: purchase.lines(),
            day: receipt.day,
            establishment: &receipt.establishment,
            customer,
        };
        for used in purchase.coupons() {
            let TriedCoupon { coupon, discount } =
                self.try_coupon(scope, &used.code, &basket, now).await?;
            let accepted = discount.and_then(|discount| coupon::accept(used.discount, discount));
            accepted.map_err(CouponError::Refused)?;
            let Some(coupon) = coupon else {
                return Err(CouponError::Refused(Refusal::Unknown).into());
            };
            redemption.coupons.push(coupon);
        }
        Ok(redemption)
    }

    /// How often some members together have used an offer that limits a member's uses: no call for no member, else
    /// 1 round trip and half a read unit each. A member who was merged into another one used the offer as that
    /// other member.
    pub async fn uses_of(
        &self,
        scope: &Scope,
        members: &[MemberId],
        offer: OfferId,
    ) -> Result<u32, StoreError> {
        if members.is_empty() {
            return Ok(0);
        }
        let keys = members.iter().map(|member| keys::member_uses(scope.tenant(), *member, offer));
        let mut uses = 0;
        for item in self.get_items(&keys.collect::<Vec<_>>()).await? {
            uses += items::from_item::<UsesRecord>(item, "uses")?.uses;
        }
        Ok(uses)
    }

    /// How often a member has used an offer that limits it: 1 round trip, half a read unit.
    pub async fn member_uses(
        &self,
        scope: &Scope,
        member: MemberId,
        offer: OfferId,
    ) -> Result<u32, StoreError> {
        let key = keys::member_uses(scope.tenant(), member, offer);
        let record: Option<UsesRecord> = self.get_item(&key, Consistency::Eventual).await?;
        Ok(record.map_or(0, |record| record.uses))
    }
}
