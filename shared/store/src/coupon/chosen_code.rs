//! A code that the merchant chooses: created, disabled, or bound to a member.

use crate::coupon::item::CouponRecord;
use crate::coupon::member_coupon::put_member_coupon;
use crate::table::attributes;
use crate::table::keys::{self, Key};
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::{Slot, TransactionOutcome};
use crate::table::write::Write;
use crate::{Consistency, Entity, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::coupon::CouponState;
use domain::{CouponCode, CouponError, Credential, Instant, MemberId, OfferId};

/// The wanted state of a code.
#[derive(Debug, Clone, Copy, Default)]
pub struct CodeChange {
    /// Whether the code is disabled.
    pub disabled: bool,
    /// The only member who can use the code; `None` changes nothing.
    pub bound_to: Option<MemberId>,
}

impl Store {
    /// Creates a code that the merchant chose, or changes a code. A code that has the form of our computed
    /// codes can only be changed. The cost is 1 read and 1 transaction of 1 item, or of 3 items where the
    /// code is bound to a member.
    ///
    /// # Errors
    /// [`StoreError::Refused`] with [`CouponError::Taken`] for a code of another offer, or with
    /// [`CouponError::MadeHere`] for a code that has the form of our computed codes and does not exist;
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
            Some(member) => Some(self.account(scope, member, Consistency::Strong).await?.member),
            None => None,
        };
        let key = &keys::coupon(tenant, code);
        retry(|_| async move {
            let mut transaction = self.transaction();
            let put = put_code(key, offer, change.disabled, bound_to, scope.credential);
            transaction.add_in(Slot::Coupon, put);
            if let Some(member) = bound_to {
                transaction.check_present(Slot::Member, keys::account(tenant, member));
                transaction.add(put_member_coupon(scope, offer, code, member, now));
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

fn put_code(
    key: &Key,
    offer: OfferId,
    disabled: bool,
    bound_to: Option<MemberId>,
    by: Credential,
) -> Write {
    let mut set = "SET offer = :offer, uses = if_not_exists(uses, :zero), #by = :by".to_owned();
    let mut condition = "(attribute_not_exists(pk) OR offer = :offer)".to_owned();
    if bound_to.is_some() {
        set.push_str(", bound_to = :member");
        condition.push_str(" AND (attribute_not_exists(bound_to) OR bound_to = :member)");
    }
    set.push_str(if disabled { ", disabled = :disabled" } else { " REMOVE disabled" });
    let mut put = Write::update(key, set)
        .condition(condition)
        .name("#by", "by")
        .value(":by", attributes::text(by.to_string()))
        .value(":offer", attributes::text(offer.to_string()))
        .value(":zero", attributes::number(0));
    if let Some(member) = bound_to {
        put = put.value(":member", attributes::text(member.to_string()));
    }
    if disabled {
        put = put.value(":disabled", AttributeValue::Bool(true));
    }
    put
}
