//! The cancellation of a sale or of a return.

use crate::purchase::item::{PurchaseRecord, StoredPurchase};
use crate::purchase::returns::ReturnedSale;
use crate::table::attributes;
use crate::table::retry::{Attempt, retry};
use crate::table::transaction::Transaction;
use crate::table::write::Write;
use crate::{Conflict, Consistency, Scope, Store, StoreError};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::ledger::{self, CancelledReturn, CancelledSale};
use domain::{Cents, Day, Instant, Points, PurchaseKind, Receipt};

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
            let mut forgiven = Points::new(record.forgiven.unwrap_or_default());
            let mut held_back = Points::ZERO;
            if let Some(member) = record.member()? {
                let mut stored = self.account(scope, member, Consistency::Strong).await?;
                record.cancelled_after_merge = stored.member != member;
                let (account, programmes) = (&mut stored.account, &scope.settings.programmes);
                match &content.kind {
                    PurchaseKind::Sale => {
                        let sale = record.cancelled_sale(receipt.day);
                        forgiven = ledger::cancel_sale(account, sale, programmes).forgiven;
                    }
                    PurchaseKind::Return { of } => {
                        let cancelled = CancelledReturn {
                            day: receipt.day,
                            sale_day: of.as_ref().map(|sale| sale.day),
                            total: Cents::new(record.total),
                            points: -Points::new(record.points),
                        };
                        held_back = ledger::cancel_return(account, cancelled, programmes);
                    }
                }
                transaction.add(stored.put(scope)?);
            }
            if let PurchaseKind::Return { of: Some(sale) } = &content.kind {
                let undone = UndoneReturn { record: &record, held_back };
                self.undo_return(&mut transaction, scope, sale, undone).await?;
            }
            let coupons = &content.coupons;
            self.release_coupons(&mut transaction, scope, &record, coupons).await?;
            let cancelled_at = attributes::instant_text(now);
            let effect = CancellationEffect { forgiven, held_back };
            transaction.add(cancellation(scope, &record, &cancelled_at, &effect));
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
        sale: &Receipt,
        UndoneReturn { record: of, held_back }: UndoneReturn<'_>,
    ) -> Result<(), StoreError> {
        let record = self.purchase_record(scope, sale).await?;
        let mut returned = ReturnedSale::of(&record, sale)?;
        let reversed = Points::new(of.forgiven.unwrap_or_default()) - Points::new(of.points);
        returned.cancel_return(Cents::new(of.total), reversed, held_back);
        transaction.add(returned.update());
        Ok(())
    }
}

/// A return that is cancelled, and the points that the daily cap holds back.
struct UndoneReturn<'a> {
    record: &'a PurchaseRecord,
    held_back: Points,
}

impl PurchaseRecord {
    /// The sale, of which nothing is returned any more.
    fn cancelled_sale(&self, day: Day) -> CancelledSale {
        CancelledSale {
            day,
            total: Cents::new(self.total),
            points: Points::new(self.points),
            reversed: self.points_reversed(),
        }
    }
}

/// The points that a cancellation did not move.
struct CancellationEffect {
    forgiven: Points,
    held_back: Points,
}

fn cancellation(
    scope: &Scope,
    record: &PurchaseRecord,
    cancelled_at: &str,
    effect: &CancellationEffect,
) -> Write {
    let CancellationEffect { forgiven, held_back } = *effect;
    let mut set = "SET cancelled_at = :now, cancelled_by = :by, forgiven = :forgiven, \
                   cancelled_after_merge = :after_merge"
        .to_owned();
    if held_back > Points::ZERO {
        set.push_str(", held_back = :held_back");
    }
    let mut cancel = Write::update(&record.key(), set);
    if held_back > Points::ZERO {
        cancel = cancel.value(":held_back", attributes::number(held_back.get()));
    }
    let cancel = cancel
        .value(":now", attributes::text(cancelled_at))
        .value(":by", attributes::text(scope.credential.to_string()))
        .value(":forgiven", attributes::number(forgiven.get()))
        .value(":after_merge", AttributeValue::Bool(record.cancelled_after_merge));
    record.unchanged().guard(cancel)
}
