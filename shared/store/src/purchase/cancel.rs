//! The cancellation of a sale or of a return.

use crate::purchase::item::{PurchaseRecord, StoredPurchase};
use crate::purchase::returns::ReturnedSale;
use crate::table::attributes;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Conflict, Consistency, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ledger::{self, Undone};
use domain::{Cents, Instant, Points, PurchaseKind, Receipt};

impl Store {
    /// Cancels a purchase: its points are taken back, or given back for a return, and its coupons can be
    /// used again. 2 round trips and 1 transaction of 2 or 3 items. A second cancellation changes nothing
    /// and has the same answer.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or [`StoreError::Conflict`] for a sale that has been returned.
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
            let mut transaction = self.transaction();
            let earned_on = match &content.kind {
                PurchaseKind::Return { of: Some(sale) } => {
                    self.undo_return(&mut transaction, scope, &record, sale).await?;
                    sale.day
                }
                PurchaseKind::Return { of: None } | PurchaseKind::Sale => receipt.day,
            };
            let mut forgiven = Points::new(record.forgiven.unwrap_or_default());
            if let Some(member) = record.member()? {
                let mut stored = self.account(scope, member, Consistency::Strong).await?;
                record.cancelled_after_merge = stored.member != member;
                let undone = Undone {
                    kind: &content.kind,
                    day: receipt.day,
                    earned_on,
                    total: Cents::new(record.total),
                    points: Points::new(record.points),
                };
                let programmes = &scope.settings.programmes;
                let taken_back = ledger::cancel(&mut stored.account, &undone, programmes);
                if matches!(content.kind, PurchaseKind::Sale) {
                    forgiven = taken_back.forgiven;
                }
                transaction.add(stored.put(scope)?);
            }
            let coupons = &content.coupons;
            self.release_coupons(&mut transaction, scope, &record, coupons).await?;
            let cancelled_at = attributes::instant_text(now);
            transaction.add(cancellation(scope, &record, &cancelled_at, forgiven));
            let outcome = transaction.commit().await?;
            record.cancelled_at = Some(cancelled_at);
            record.cancelled_by = Some(scope.credential);
            Ok(outcome.done(record.read(scope, receipt.clone())?))
        })
        .await
    }

    /// Adds the write by which a sale no longer counts a return that is cancelled.
    async fn undo_return(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        of: &PurchaseRecord,
        sale: &Receipt,
    ) -> Result<(), StoreError> {
        let record = self.purchase_record(scope, sale).await?;
        let mut returned = ReturnedSale::of(&record, sale)?;
        returned.sale.returned = returned.sale.returned - Cents::new(of.total);
        let forgiven = Points::new(of.forgiven.unwrap_or_default());
        returned.sale.points_reversed += Points::new(of.points) - forgiven;
        transaction.add(returned.update());
        Ok(())
    }
}

fn cancellation(
    scope: &Scope,
    record: &PurchaseRecord,
    cancelled_at: &str,
    forgiven: Points,
) -> Write {
    let set = "SET cancelled_at = :now, cancelled_by = :by, forgiven = :forgiven, \
               cancelled_after_merge = :after_merge";
    let cancel = Write::update(&record.key(), set)
        .value(":now", attributes::text(cancelled_at))
        .value(":by", attributes::text(scope.credential.to_string()))
        .value(":forgiven", attributes::number(forgiven.get()))
        .value(":after_merge", AttributeValue::Bool(record.cancelled_after_merge));
    record.unchanged().guard(cancel)
}
