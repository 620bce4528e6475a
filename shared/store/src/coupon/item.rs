//! Coupons: one small item a code, in no index. The purchase's transaction redeems one by a condition on
//! its uses, and the sale's cancelling releases it.

use crate::table::items;
use crate::table::keys::{self, Key, Tenant};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Cancellation, Slot, Transaction, TransactionOutcome};
use crate::table::write::Write;
use crate::{Consistency, Entity, HistoryEntry, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::coupon::{CouponState, Refusal};
use domain::{CouponBatchId, CouponCode, CouponError, Instant, MemberId, Offer, OfferId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
pub(crate) struct CouponRecord {
    pk: String,
    sk: String,
    offer: String,
    uses: u32,
    /// The batch it was made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<String>,
    /// The only member it gives to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bound_to: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
}

#[derive(Deserialize)]
struct UsesRecord {
    uses: u32,
}

/// The member's row that leads to a coupon bound to it. One that the merchant gave has its place in the
/// index `history`; one bought with points stands there with its redemption.
#[derive(Serialize, Deserialize)]
pub(crate) struct MemberCouponRecord {
    pk: String,
    sk: String,
    offer: String,
    /// When it was given.
    instant: String,
}

impl MemberCouponRecord {
    /// What the history tells of it.
    pub(crate) fn read(&self) -> Result<HistoryEntry, StoreError> {
        let code = self.sk.strip_prefix(keys::MEMBER_COUPON_PREFIX).unwrap_or_default();
        Ok(HistoryEntry::CouponGiven {
            code: CouponCode::parse(code).map_err(|_| CORRUPT)?,
            offer: OfferId::parse(&self.offer).map_err(|_| CORRUPT)?,
            at: items::instant_of(&self.instant)?,
        })
    }
}

/// A coupon that a till may ask about.
#[derive(Debug, Clone)]
pub struct StoredCoupon {
    /// Its code.
    pub code: CouponCode,
    /// What it gives; at most a minute old.
    pub offer: Arc<Offer>,
    /// How it stands; read eventually, so redeeming it uses a condition.
    pub state: CouponState,
    /// The member that its item names, who may have been merged into another since.
    given_to: Option<MemberId>,
}

/// How a code of the merchant's choice is to stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeChange {
    /// Whether it gives nothing any more.
    pub disabled: bool,
    /// The only member it is to give to; `None` leaves it as it is.
    pub bound_to: Option<MemberId>,
}

impl CouponRecord {
    /// A coupon that nobody has used.
    pub(crate) fn fresh(
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
        }
    }

    /// The same, for one member alone.
    fn given_to(self, member: MemberId) -> Self {
        Self { bound_to: Some(member.to_string()), ..self }
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

    fn state(&self) -> Result<CouponState, StoreError> {
        let bound_to = self.bound_to.as_deref().map(MemberId::parse).transpose();
        Ok(CouponState {
            uses: self.uses,
            disabled: self.disabled,
            bound_to: bound_to.map_err(|_| CORRUPT)?,
        })
    }
}

const CORRUPT: StoreError = StoreError::Corrupt("coupon");

impl StoredCoupon {
    /// Whom its item names, where `member` uses it.
    fn named_for(&self, member: Option<MemberId>) -> Option<MemberId> {
        if self.state.bound_to == member { self.given_to.or(member) } else { member }
    }

    /// Adds the writes by which a purchase uses the coupon to the purchase's own transaction: the coupon
    /// (2 write units), and the member's count (2 more) where the offer limits a member. They pass only
    /// while uses are left, so that of two tills with the last one exactly one wins. `place` is the
    /// coupon's among those of the purchase.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where the offer limits a member and none is named.
    pub fn redeem(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        place: usize,
        member: Option<MemberId>,
    ) -> Result<(), StoreError> {
        let (tenant, offer) = (scope.tenant(), &self.offer);
        let usage = offer.terms().usage;
        let mut condition = "offer = :offer AND attribute_not_exists(disabled)".to_owned();
        let mut redeem = Write::update(&keys::coupon(tenant, &self.code), "SET uses = uses + :one")
            .value(":one", items::number(1))
            .value(":offer", items::text(offer.id.to_string()));
        if let Some(limit) = usage.limit() {
            condition.push_str(" AND uses < :limit");
            redeem = redeem.value(":limit", items::number(limit));
        }
        if let Some(holder) = self.named_for(member) {
            condition.push_str(" AND (attribute_not_exists(bound_to) OR bound_to = :holder)");
            redeem = redeem.value(":holder", items::text(holder.to_string()));
        } else {
            condition.push_str(" AND attribute_not_exists(bound_to)");
        }
        let redeem = redeem.condition(condition).returning_stored();
        transaction.add_in(Slot::UsedCoupon(place), redeem);
        if let Some(limit) = usage.limit_member() {
            let Some(member) = member else {
                return Err(CouponError::Refused(Refusal::NeedsMember).into());
            };
            let count =
                Write::update(&keys::member_uses(tenant, member, offer.id), "ADD uses :one")
                    .condition("attribute_not_exists(uses) OR uses < :limit")
                    .value(":one", items::number(1))
                    .value(":limit", items::number(limit));
            transaction.add_in(Slot::MemberUses(place), count);
        }
        Ok(())
    }

    /// Why a purchase of `member` that used the coupon was not entered. `None` where the coupon did not
    /// stand in its way: the same may go through when it is tried again.
    pub(crate) fn refusal(
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
            let holder = self.named_for(member).map(|id| items::text(id.to_string()));
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

impl Store {
    /// A coupon by its code, with its offer: 1 round trip and half a read unit; as much again for the
    /// offer, and for the batch it was made in, where they are not kept. `None` for a code that there
    /// is not, that is another merchant's, or whose batch is still being made.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn coupon(
        &self,
        scope: &Scope,
        code: &CouponCode,
        now: Instant,
    ) -> Result<Option<StoredCoupon>, StoreError> {
        let key = keys::coupon(scope.tenant(), code);
        let record: Option<CouponRecord> = self.get_item(&key, Consistency::Eventual).await?;
        match record {
            Some(record) => self.opened(scope, code, &record, now).await,
            None => Ok(None),
        }
    }

    async fn opened(
        &self,
        scope: &Scope,
        code: &CouponCode,
        record: &CouponRecord,
        now: Instant,
    ) -> Result<Option<StoredCoupon>, StoreError> {
        let (tenant, offer) = (scope.tenant(), record.offer()?);
        if let Some(batch) = record.batch()?
            && !self.batch_is_finished(tenant, offer, batch, now).await?
        {
            return Ok(None);
        }
        let Some(offer) = self.cached_offer(tenant, offer, now).await? else { return Ok(None) };
        let state = record.state()?;
        let given_to = state.bound_to;
        Ok(Some(StoredCoupon { code: code.clone(), offer, state, given_to }))
    }

    /// Makes a coupon that was given to another member `member`'s own, where that one was merged into
    /// `member` since: 1 round trip, half a read unit, and none for a coupon of nobody else's.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
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
            Ok((kept, ..)) => coupon.state.bound_to = Some(kept),
            Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// How often a member has used an offer that limits it: 1 round trip, half a read unit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
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

    /// Adds the writes by which the cancelling of a sale gives a use of a coupon back to the cancelling's
    /// own transaction, 2 write units each: the coupon, and the count of the member whose sale it was.
    /// Nothing falls below zero, and what is gone stays gone. 1 or 2 round trips, 1 read unit each.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn release_coupon(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        code: &CouponCode,
        offer: OfferId,
        member: Option<MemberId>,
    ) -> Result<(), StoreError> {
        let tenant = scope.tenant();
        let key = keys::coupon(tenant, code);
        let coupon: Option<CouponRecord> = self.get_item(&key, Consistency::Strong).await?;
        if let Some(coupon) = coupon
            && coupon.uses > 0
            && coupon.offer()? == offer
        {
            transaction.add(one_use_less(&key));
        }
        if let Some(member) = member {
            self.uncount(transaction, scope, member, offer).await?;
        }
        Ok(())
    }

    /// Adds the write that counts a use of an offer no longer for a member; none where none is counted. 1
    /// strong read.
    pub(crate) async fn uncount(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        member: MemberId,
        offer: OfferId,
    ) -> Result<(), StoreError> {
        let key = keys::member_uses(scope.tenant(), member, offer);
        let counted: Option<UsesRecord> = self.get_item(&key, Consistency::Strong).await?;
        if counted.is_some_and(|counted| counted.uses > 0) {
            transaction.add(one_use_less(&key));
        }
        Ok(())
    }

    /// Makes a code of the merchant's choice, or changes how one stands: 1 transaction of 1 item, 3
    /// where it is bound to a member, and 1 read. A code that we made can be changed and not made.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`CouponError::Taken`] for a code of another offer, and
    /// [`CouponError::MadeHere`] for one that has the form of ours and is none;
    /// [`StoreError::NotFound`] for a member.
    pub async fn put_code(
        &self,
        scope: &Scope,
        offer: OfferId,
        code: &CouponCode,
        change: CodeChange,
        now: Instant,
    ) -> Result<CouponState, StoreError> {
        if code.is_ours() && self.coupon(scope, code, now).await?.is_none() {
            return Err(CouponError::MadeHere.into());
        }
        let tenant = scope.tenant();
        let bound_to = match change.bound_to {
            Some(member) => Some(self.account(scope, member, Consistency::Strong).await?.0),
            None => None,
        };
        let key = &keys::coupon(tenant, code);
        retry(|_| async move {
            let mut transaction = self.transaction();
            let put = put_code(key, offer, change.disabled, bound_to);
            transaction.add_in(Slot::Coupon, put);
            if let Some(member) = bound_to {
                transaction.check_present(Slot::Member, keys::account(tenant, member));
                transaction.add(member_coupon(tenant, offer, code, member, now));
            }
            match transaction.commit().await? {
                TransactionOutcome::Committed => {
                    let record: Option<CouponRecord> =
                        self.get_item(key, Consistency::Strong).await?;
                    let record = record.ok_or(StoreError::NotFound(Entity::Code))?;
                    record.state().map(Attempt::Done)
                }
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Coupon) => {
                    Err(CouponError::Taken.into())
                }
                TransactionOutcome::Cancelled(cancelled) if cancelled.failed(Slot::Member) => {
                    Err(StoreError::NotFound(Entity::Member))
                }
                TransactionOutcome::Cancelled(_) => Ok(Attempt::Again),
            }
        })
        .await
    }
}

/// The write that lowers a count of uses by one.
fn one_use_less(key: &Key) -> Write {
    let update = Write::update(key, "SET uses = uses - :one");
    update.condition("uses >= :one").value(":one", items::number(1))
}

/// Adds the writes by which a code of ours that nothing has becomes a member's coupon, 2 write units each:
/// the coupon, and the member's row that leads to it.
pub(crate) fn give_coupon(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    offer: OfferId,
    code: &CouponCode,
    member: MemberId,
    now: Instant,
) -> Result<(), StoreError> {
    let tenant = scope.tenant();
    let coupon = CouponRecord::fresh(tenant, code, offer, None).given_to(member);
    let Key { pk, sk } = keys::member_coupon(tenant, member, code);
    let (offer, instant) = (offer.to_string(), items::instant_text(now));
    transaction.add(Write::put(&coupon)?.if_absent());
    transaction.add(Write::put(&MemberCouponRecord { pk, sk, offer, instant })?);
    Ok(())
}

/// The member's row of a coupon that the merchant gives, with its place in the history; given again it
/// keeps its instant.
fn member_coupon(
    tenant: Tenant,
    offer: OfferId,
    code: &CouponCode,
    member: MemberId,
    now: Instant,
) -> Write {
    let set = "SET offer = :offer, #member = :member, instant = if_not_exists(instant, :now)";
    Write::update(&keys::member_coupon(tenant, member, code), set)
        .condition("attribute_not_exists(pk) OR offer = :offer")
        .name("#member", "member")
        .value(":offer", items::text(offer.to_string()))
        .value(":member", items::text(member.to_string()))
        .value(":now", items::text(items::instant_text(now)))
}

/// The write by which a coupon that nobody used gives nothing any more, 2 write units.
pub(crate) fn withdraw_coupon(scope: &Scope, code: &CouponCode) -> Write {
    Write::update(&keys::coupon(scope.tenant(), code), "SET disabled = :disabled")
        .condition("uses = :zero")
        .value(":disabled", AttributeValue::Bool(true))
        .value(":zero", items::number(0))
}

fn put_code(key: &Key, offer: OfferId, disabled: bool, bound_to: Option<MemberId>) -> Write {
    let mut set = "SET offer = :offer, uses = if_not_exists(uses, :zero)".to_owned();
    let mut condition = "(attribute_not_exists(pk) OR offer = :offer)".to_owned();
    if bound_to.is_some() {
        set.push_str(", bound_to = :member");
        condition.push_str(" AND (attribute_not_exists(bound_to) OR bound_to = :member)");
    }
    set.push_str(if disabled { ", disabled = :disabled" } else { " REMOVE disabled" });
    let mut put = Write::update(key, set)
        .condition(condition)
        .value(":offer", items::text(offer.to_string()))
        .value(":zero", items::number(0));
    if let Some(member) = bound_to {
        put = put.value(":member", items::text(member.to_string()));
    }
    if disabled {
        put = put.value(":disabled", AttributeValue::Bool(true));
    }
    put
}
