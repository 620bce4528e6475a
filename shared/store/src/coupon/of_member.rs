//! The coupons of a member that can still be used.

use crate::coupon::item::CouponRecord;
use crate::coupon::member_coupon::{GivenCoupon, MemberCouponRecord};
use crate::coupon::redeem::UsesRecord;
use crate::member::rows::{RowsPage, RowsPlace};
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::{Scope, Store, StoreError};
use domain::coupon::{self, CouponState, User};
use domain::{CouponCode, Day, Instant, MemberId, Offer, OfferId};
use std::collections::HashMap;
use std::sync::Arc;

/// A coupon of a member that can still be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsableCoupon {
    /// The code.
    pub code: CouponCode,
    /// The offer, at most a minute old.
    pub offer: Arc<Offer>,
}

/// A page of the coupons of a member that can still be used.
#[derive(Debug)]
pub struct UsableCouponPage {
    /// The coupons, perhaps none, those that end first before the others.
    pub coupons: Vec<UsableCoupon>,
    /// The place after which the next page begins.
    pub next: Option<RowsPlace>,
}

/// What is stored of the coupons of a member.
#[derive(Default)]
struct StoredUses {
    /// The state of each code.
    states: HashMap<String, CouponState>,
    /// The member's uses of each offer that limits them.
    of_offers: HashMap<OfferId, u32>,
}

impl Store {
    /// The coupons bound to the members, who are one person, that the person can still use on `today` or later: those
    /// among the next `limit` coupons that the person was given, used or not. The first of the members is the one that
    /// the others were merged into. The cost:
    ///
    /// * 1 query for each member, all at the same time, half a read unit for some twenty coupons
    /// * where offers are not cached: 1 round trip, half a read unit for each of these offers
    /// * where an offer has not ended: 1 round trip for a hundred items, half a read unit each: the coupons of such
    ///   offers, and each member's uses of those offers that limit them
    pub async fn usable_coupons(
        &self,
        scope: &Scope,
        members: &[MemberId],
        today: Day,
        after: &RowsPlace,
        limit: usize,
        now: Instant,
    ) -> Result<UsableCouponPage, StoreError> {
        let Some(member) = members.first().copied() else {
            return Ok(UsableCouponPage { coupons: vec![], next: None });
        };
        let (tenant, prefix) = (scope.tenant(), keys::MEMBER_COUPON_PREFIX);
        let RowsPage { rows, next } =
            self.member_rows(tenant, members, prefix, after, limit).await?;
        let mut given = Vec::with_capacity(rows.len());
        for row in rows {
            given.push(items::from_item::<MemberCouponRecord>(row, "coupon")?.read()?);
        }
        let offers = given.iter().map(|coupon| coupon.offer).collect();
        let mut offers = self.cached_offers(tenant, offers, now).await?;
        let unused = CouponState { bound_to: Some(member), ..CouponState::default() };
        offers.retain(|_, offer| {
            coupon::usable_by(offer, &unused, User { member, uses: 0 }, today).is_ok()
        });
        given.retain(|coupon| offers.contains_key(&coupon.offer));
        let stored = self.uses_of_coupons(tenant, members, &given, &offers).await?;

        let mut coupons = Vec::with_capacity(given.len());
        for GivenCoupon { code, offer: id, .. } in given {
            let (Some(offer), Some(mut state)) =
                (offers.get(&id), stored.states.get(code.as_str()).copied())
            else {
                continue;
            };
            if state.bound_to.is_some_and(|holder| members.contains(&holder)) {
                state.bound_to = Some(member);
            }
            let uses = stored.of_offers.get(&id).copied().unwrap_or_default();
            if coupon::usable_by(offer, &state, User { member, uses }, today).is_ok() {
                coupons.push(UsableCoupon { code, offer: Arc::clone(offer) });
            }
        }
        coupons.sort_by_key(|coupon| {
            let last_day = coupon.offer.terms().last_day;
            (last_day.is_none(), last_day)
        });
        Ok(UsableCouponPage { coupons, next })
    }

    /// The states of coupons, and the members' uses of their offers. The batch of a code is not read: a code is bound
    /// to a member after its batch was finished.
    async fn uses_of_coupons(
        &self,
        tenant: Tenant,
        members: &[MemberId],
        given: &[GivenCoupon],
        offers: &HashMap<OfferId, Arc<Offer>>,
    ) -> Result<StoredUses, StoreError> {
        let limited = offers.values().filter(|offer| offer.terms().usage.limit_member().is_some());
        let counts: HashMap<Key, OfferId> = limited
            .flat_map(|offer| {
                let of_members = members.iter();
                of_members.map(|member| (keys::member_uses(tenant, *member, offer.id), offer.id))
            })
            .collect();
        let mut wanted: Vec<Key> =
            given.iter().map(|coupon| keys::coupon(tenant, &coupon.code)).collect();
        wanted.extend(counts.keys().cloned());
        let mut stored = StoredUses::default();
        for item in self.get_items(&wanted).await? {
            let key: Key = items::from_item(item.clone(), "coupon")?;
            if let Some(offer) = counts.get(&key) {
                let record: UsesRecord = items::from_item(item, "uses")?;
                *stored.of_offers.entry(*offer).or_default() += record.uses;
            } else {
                let record: CouponRecord = items::from_item(item, "coupon")?;
                stored.states.insert(key.sk, record.state()?);
            }
        }
        Ok(stored)
    }
}
