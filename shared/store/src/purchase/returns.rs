//! The sale that a return names: how much of it was returned, and how many points were taken back.

use crate::purchase::item::{PurchaseRecord, UnchangedPurchase};
use crate::table::attributes;
use crate::table::keys::Key;
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use domain::ledger::ReturnableSale;
use domain::{Cents, Points, PurchaseError, PurchaseKind, Receipt};

/// A sale that a return names, as it was read. The write has the condition that the sale is unchanged since
/// the read.
pub(crate) struct ReturnedSale {
    key: Key,
    pub(crate) sale: ReturnableSale,
    held_back: Points,
    read: UnchangedPurchase,
}

impl ReturnedSale {
    pub(crate) fn of(record: &PurchaseRecord, receipt: &Receipt) -> Result<Self, StoreError> {
        Ok(Self {
            key: record.key(),
            sale: ReturnableSale {
                member: record.member()?,
                day: receipt.day,
                total: Cents::new(record.total),
                points: Points::new(record.points),
                returned: Cents::new(record.returned.unwrap_or_default()),
                points_reversed: record.points_reversed(),
            },
            held_back: record.held_back(),
            read: record.unchanged(),
        })
    }

    /// Records that a return of `amount` is cancelled, which had reversed `reversed`. The points that the daily
    /// cap held back stay reversed.
    pub(crate) fn cancel_return(&mut self, amount: Cents, reversed: Points, held_back: Points) {
        self.sale.cancel_return(amount, reversed, held_back);
        self.held_back += held_back;
    }

    pub(crate) fn update(&self) -> Write {
        let mut set = "SET returned = :returned, points_reversed = :points_reversed".to_owned();
        if self.held_back > Points::ZERO {
            set.push_str(", held_back = :held_back");
        }
        let mut update = Write::update(&self.key, set)
            .value(":returned", attributes::number(self.sale.returned.get()))
            .value(":points_reversed", attributes::number(self.sale.points_reversed.get()));
        if self.held_back > Points::ZERO {
            update = update.value(":held_back", attributes::number(self.held_back.get()));
        }
        self.read.guard(update)
    }
}

impl Store {
    /// The sale that a return names: 1 strong read.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a sale that is unknown, cancelled, or a return itself.
    pub(crate) async fn returned_sale(
        &self,
        scope: &Scope,
        receipt: &Receipt,
    ) -> Result<ReturnedSale, StoreError> {
        let record = match self.purchase_record(scope, receipt).await {
            Err(StoreError::NotFound(_)) => Err(PurchaseError::ReturnedSaleUnknown.into()),
            read => read,
        }?;
        let is_return = matches!(record.content()?.kind, PurchaseKind::Return { .. });
        if is_return || record.cancelled_at.is_some() {
            return Err(PurchaseError::ReturnedSaleNotInForce.into());
        }
        ReturnedSale::of(&record, receipt)
    }
}
