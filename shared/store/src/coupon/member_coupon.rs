//! A coupon of one member: the coupon's item, and the member's row that leads to it.

use crate::coupon::item::CouponRecord;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Scope, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{CouponCode, Credential, Instant, MemberId, OfferId};
use serde::{Deserialize, Serialize};

/// The member's row of a coupon. The row of a coupon from the merchant is in the index `history`. The row of
/// a coupon that was bought with points is not: its redemption is in the index.
#[derive(Serialize, Deserialize)]
pub(crate) struct MemberCouponRecord {
    pk: String,
    sk: String,
    offer: String,
    /// When the coupon was given.
    instant: String,
    /// The credential that gave the coupon.
    by: Credential,
}

/// A coupon that the merchant gave to a member.
pub(crate) struct GivenCoupon {
    pub(crate) code: CouponCode,
    pub(crate) offer: OfferId,
    pub(crate) at: Instant,
    pub(crate) by: Credential,
}

impl MemberCouponRecord {
    pub(crate) fn read(&self) -> Result<GivenCoupon, StoreError> {
        const CORRUPT: StoreError = StoreError::Corrupt("coupon");
        let code = self.sk.strip_prefix(keys::MEMBER_COUPON_PREFIX).unwrap_or_default();
        Ok(GivenCoupon {
            code: CouponCode::parse(code).map_err(|_| CORRUPT)?,
            offer: OfferId::parse(&self.offer).map_err(|_| CORRUPT)?,
            at: attributes::instant_of(&self.instant)?,
            by: self.by,
        })
    }
}

/// Adds the writes that give an unused, computed code to a member: the coupon and the member's row, 2 write
/// units each.
pub(crate) fn give_coupon(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    offer: OfferId,
    code: &CouponCode,
    member: MemberId,
    now: Instant,
) -> Result<(), StoreError> {
    let tenant = scope.tenant();
    let coupon = CouponRecord::unused(tenant, code, offer, None).bound_to(member);
    let Key { pk, sk } = keys::member_coupon(tenant, member, code);
    let (offer, instant) = (offer.to_string(), attributes::instant_text(now));
    transaction.add(Write::put(&coupon)?.if_absent());
    let row = MemberCouponRecord { pk, sk, offer, instant, by: scope.credential };
    transaction.add(Write::put(&row)?);
    Ok(())
}

/// Writes the member's row of a coupon from the merchant, with its place in the history. The row of a
/// coupon that is given again keeps its instant.
pub(crate) fn put_member_coupon(
    scope: &Scope,
    offer: OfferId,
    code: &CouponCode,
    member: MemberId,
    now: Instant,
) -> Write {
    let set = "SET offer = :offer, #member = :member, instant = if_not_exists(instant, :now), \
               #by = if_not_exists(#by, :by)";
    Write::update(&keys::member_coupon(scope.tenant(), member, code), set)
        .condition("attribute_not_exists(pk) OR offer = :offer")
        .name("#member", "member")
        .name("#by", "by")
        .value(":by", attributes::text(scope.credential.to_string()))
        .value(":offer", attributes::text(offer.to_string()))
        .value(":member", attributes::text(member.to_string()))
        .value(":now", attributes::text(attributes::instant_text(now)))
}

/// Disables a coupon that has no use, 2 write units.
pub(crate) fn withdraw_coupon(tenant: Tenant, code: &CouponCode) -> Write {
    Write::update(&keys::coupon(tenant, code), "SET disabled = :disabled")
        .condition("uses = :zero")
        .value(":disabled", AttributeValue::Bool(true))
        .value(":zero", attributes::number(0))
}
