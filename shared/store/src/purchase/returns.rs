//! What may follow a sale: its goods come back, it is cancelled, it is attached to its customer.

use crate::member::read::put_account;
use crate::purchase::item::{Effect, PurchaseRecord};
use crate::purchase::read::Holder;
use crate::table::items;
use crate::table::keys::Key;
use crate::table::retry::{Attempt, retry};
use crate::table::write::Write;
use crate::{Conflict, Consistency, Entity, Scope, Store, StoreError, StoredPurchase};
use domain::ledger::{self, SaleInForce, Undone};
use domain::{Cents, Day, Instant, MemberId, Points, PurchaseError, PurchaseKind, Receipt};

/// A sale that a return names, as it was read: written back on condition that nothing came between.
pub(crate) struct NamedSale {
    key: Key,
    pub(crate) sale: SaleInForce,
    returned_before: Cents,
}

impl NamedSale {
    pub(crate) fn put(&self) -> Write {
        let condition = if self.returned_before == Cents::ZERO {
            "attribute_not_exists(cancelled_at) AND (attribute_not_exists(returned) OR returned = :before)"
        } else {
            "attribute_not_exists(cancelled_at) AND returned = :before"
        };
        Write::update(&self.key, "SET returned = :returned, points_taken = :points_taken")
            .condition(condition)
            .value(":before", items::number(self.returned_before.get()))
            .value(":returned", items::number(self.sale.returned.get()))
            .value(":points_taken", items::number(self.sale.points_taken.get()))
    }
}

fn named(record: &PurchaseRecord, receipt: &Receipt) -> Result<NamedSale, StoreError> {
    let returned = Cents::new(record.returned.unwrap_or_default());
    Ok(NamedSale {
        key: record.key(),
        sale: SaleInForce {
            member: record.member()?,
            day: receipt.day,
            total: Cents::new(record.total),
            points: Points::new(record.points),
            returned,
            points_taken: Points::new(record.points_taken.unwrap_or_default()),
        },
        returned_before: returned,
    })
}

impl Store {
    pub(crate) async fn named_sale(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<NamedSale, StoreError> {
        let record = match self.purchase_record(scope, receipt).await {
            Err(StoreError::NotFound(_)) => Err(PurchaseError::ReturnedSaleUnknown.into()),
            read => read,
        }?;
        let is_return = matches!(record.content()?.kind, PurchaseKind::Return { .. });
        if is_return || record.cancelled_at.is_some() {
            return Err(PurchaseError::ReturnedSaleNotInForce.into());
        }
        named(&record, receipt)
    }

    /// Cancels a purchase: its points go back the way they came, and its coupons can be used again. 2
    /// round trips and 1 transaction of
    /// 2 or 3 items. Cancelling again changes nothing and answers as the first time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a sale of which goods came back.
    pub async fn cancel_purchase(
        &self,
        scope: &Scope,
        receipt: &Receipt,
        now: Instant,
    ) -> Result<StoredPurchase, StoreError> {
        retry(|_| async move {
            let mut record = self.purchase_record(scope, receipt).await?;
            if record.cancelled_at.is_some() {
                return record.read(scope, receipt.clone()).map(Attempt::Done);
            }
            if record.returned.unwrap_or_default() > 0 {
                return Err(Conflict::CancelReturnedSale.into());
            }
            let content = record.content()?;
            let cancelled_at = items::instant_text(now);
            let forgiven_before = Points::new(record.forgiven.unwrap_or_default());
            let mut transaction = self.transaction();
            let (total, points) = (Cents::new(record.total), Points::new(record.points));
            let (mut given_on, mut forgiven) = (receipt.day, forgiven_before);
            if let PurchaseKind::Return { of: Some(sale) } = &content.kind {
                let sold = self.purchase_record(scope, sale).await?;
                let mut sold = named(&sold, sale)?;
                sold.sale.returned = sold.sale.returned - total;
                sold.sale.points_taken += points - forgiven_before;
                given_on = sale.day;
                transaction.add(sold.put());
            }
            if let Some(member) = record.member()? {
                let (id, mut account, version) =
                    self.account(scope, member, Consistency::Strong).await?;
                let (kind, day) = (&content.kind, receipt.day);
                let undone = Undone { kind, day, earned_on: given_on, total, points };
                let programmes = &scope.settings.programmes;
                let taken_back = ledger::cancel(&mut account, &undone, programmes);
                if matches!(kind, PurchaseKind::Sale) {
                    forgiven = taken_back.forgiven;
                }
                transaction.add(put_account(scope, id, &account, Some(version))?);
            }
            let coupons = &content.coupons;
            self.release_coupons(&mut transaction, scope, &record, coupons).await?;
            let cancel = "SET cancelled_at = :now, forgiven = :forgiven";
            let cancel = Write::update(&record.key(), cancel)
                .condition(
                    "attribute_exists(pk) AND attribute_not_exists(cancelled_at) \
                     AND fingerprint = :fingerprint \
                     AND (attribute_not_exists(returned) OR returned = :zero)",
                )
                .value(":now", items::text(cancelled_at.clone()))
                .value(":forgiven", items::number(forgiven.get()))
                .value(":zero", items::number(0))
                .value(":fingerprint", record.fingerprint_value());
            transaction.add(cancel);
            let outcome = transaction.commit().await?;
            record.cancelled_at = Some(cancelled_at);
            Ok(outcome.done(record.read(scope, receipt.clone())?))
        })
        .await
    }

    /// Attaches a sale that was nobody's to its customer, who gets its points by the programme of its
    /// day. 2 round trips and 1 transaction of 2 items. Attaching again changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a purchase that has a customer, is a
    /// return, was cancelled, or of which goods came back.
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
            let Holder::Member { id, mut account, version, birth_month } = holder else {
                return Err(StoreError::NotFound(Entity::Member));
            };
            if let Some(owner) = record.member()? {
                let owner = self.account(scope, owner, Consistency::Strong).await?.0;
                return if owner == id {
                    record.read(scope, receipt.clone()).map(Attempt::Done)
                } else {
                    Err(Conflict::ReceiptOfAnother.into())
                };
            }
            let stored = record.read(scope, receipt.clone())?;
            if let Some(conflict) = attach_conflict(&stored) {
                return Err(conflict.into());
            }
            let context = scope.context_at(&receipt.establishment, birth_month);
            let earning = ledger::enter_sale(&mut account, &stored.purchase, &context);
            let today = Day::at(now, context.zone);
            let balance = account.balance_on(today, context.programmes);
            let nobody = record.member.replace(id.to_string()).unwrap_or_default();
            record.instant = Some(items::instant_text(stored.purchase.sold_at()));
            record.affect(&Effect {
                points: earning.total(),
                parts: earning.parts,
                balance: balance.available,
                pending: balance.pending,
                ..Effect::default()
            });
            let attach = Write::put(&record)?
                .condition(
                    "#member = :nobody AND attribute_not_exists(cancelled_at) \
                     AND attribute_not_exists(returned) AND fingerprint = :fingerprint",
                )
                .name("#member", "member")
                .value(":nobody", items::text(nobody))
                .value(":fingerprint", record.fingerprint_value());
            let mut transaction = self.transaction();
            transaction.add(attach);
            transaction.add(put_account(scope, id, &account, Some(version))?);
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
