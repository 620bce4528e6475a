//! A sale without a customer is attached to its customer.

use crate::member::activation::activate_by_use;
use crate::purchase::customer::Holder;
use crate::purchase::item::{Effect, StoredPurchase};
use crate::table::attributes;
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Consistency, Entity, Scope, Store, StoreError};
use domain::ledger;
use domain::{Cents, Day, Instant, MemberId, PurchaseKind, Receipt};

impl Store {
    /// Attaches a sale without a customer to its customer, who gets the points by the programme of the
    /// sale's day. 2 round trips and 1 transaction of 2 items, and
    /// the entry of the gift where the sale activates the card. A second call for the same customer changes
    /// nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a purchase that has another customer, is a
    /// return, was cancelled, or has been returned.
    pub async fn attach_purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
        member: MemberId,
        now: Instant,
    ) -> Result<StoredPurchase, StoreError> {
        retry(|_| async move {
            let mut record = self.purchase_record(scope, receipt).await?;
            let holder = self.holder_of(scope, member, Consistency::Strong).await?;
            let Holder::Member { stored: mut customer, birth_month } = holder else {
                return Err(StoreError::NotFound(Entity::Member));
            };
            if let Some(owner) = record.member()? {
                let owner = self.account(scope, owner, Consistency::Strong).await?;
                return if owner.member == customer.member {
                    record.read(scope, receipt.clone()).map(Attempt::Done)
                } else {
                    Err(Conflict::ReceiptOfAnother.into())
                };
            }
            let before = record.read(scope, receipt.clone())?;
            if let Some(conflict) = attach_conflict(&before) {
                return Err(conflict.into());
            }
            let scope = &self.use_programmes(scope, [receipt.day], now).await?;
            let context = scope.context_at(&receipt.establishment, birth_month);
            let used_at = before.purchase.sold_at().min(now);
            let gift = activate_by_use(scope, &mut customer, used_at, now)?;
            let earning = ledger::enter_sale(&mut customer.account, &before.purchase, &context);
            customer.account.not_active_after(now);
            let today = Day::at(now, context.zone);
            let balance = customer.account.balance_on(today, context.programmes);
            let read = record.unchanged();
            record.member = Some(customer.member.to_string());
            record.instant = Some(attributes::instant_text(before.purchase.sold_at()));
            record.attached_by = Some(scope.credential);
            record.set_effect(&Effect {
                points: earning.total(),
                parts: earning.parts,
                balance: balance.available,
                pending: balance.pending,
                ..Effect::default()
            });
            let mut transaction = self.transaction();
            transaction.add(read.guard(Write::put(&record)?));
            transaction.add(customer.put(scope)?);
            if let Some(gift) = gift {
                transaction.add(gift);
            }
            let outcome = transaction.commit().await?;
            Ok(outcome.done(record.read(scope, receipt.clone())?))
        })
        .await
    }
}

fn attach_conflict(stored: &StoredPurchase) -> Option<Conflict> {
    if stored.cancelled_at.is_some() {
        Some(Conflict::ReceiptCancelled)
    } else if matches!(stored.purchase.kind(), PurchaseKind::Return { .. }) {
        Some(Conflict::AttachReturn)
    } else if stored.returned > Cents::ZERO {
        Some(Conflict::AttachReturnedSale)
    } else {
        None
    }
}
