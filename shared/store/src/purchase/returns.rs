//! The sale that a return names: how much of it was returned, and how many points were taken back.

use crate::purchase::item::PurchaseRecord;
use crate::table::attributes;
use crate::table::keys::Key;
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use domain::ledger::ReturnableSale;
use domain::{Cents, Points, PurchaseError, PurchaseKind, Receipt};

/// The condition that a sale still has the reversed points that were read. A return and its cancellation together
/// may change these points, and leave the amount returned as it was.
pub(crate) const NO_OTHER_REVERSAL: &str =
    "(attribute_not_exists(points_reversed) OR points_reversed = :reversed_before)";

/// A sale that a return names, as it was read. The write has the condition that no other return of the sale
/// was recorded or cancelled since the read.
pub(crate) struct ReturnedSale {
    key: Key,
    pub(crate) sale: ReturnableSale,
    returned_before: Cents,
    reversed_before: Points,
    held_back: Points,
}

impl ReturnedSale {
    pub(crate) fn of(record: &PurchaseRecord, receipt: &Receipt) -> Result<Self, StoreError> {
        let returned = Cents::new(record.returned.unwrap_or_default());
        Ok(Self {
            key: record.key(),
            sale: ReturnableSale {
                member: record.member()?,
                day: receipt.day,
                total: Cents::new(record.total),
                points: Points::new(record.points),
                returned,
                points_reversed: record.points_reversed(),
            },
            returned_before: returned,
            reversed_before: record.points_reversed(),
            held_back: record.held_back(),
        })
    }

    /// Records that a return of `amount` is cancelled, which had reversed `reversed`. The points that the daily
    /// cap held back stay reversed.
    pub(crate) fn cancel_return(&mut self, amount: Cents, reversed: Points, held_back: Points) {
        self.sale.cancel_return(amount, reversed, held_back);
        self.held_back += held_back;
    }

    pub(crate) fn update(&self) -> Write {
        let condition = if self.returned_before == Cents::ZERO {
            "attribute_not_exists(cancelled_at) AND (attribute_not_exists(returned) OR returned = :before)"
        } else {
            "attribute_not_exists(cancelled_at) AND returned = :before"
        };
        let condition = format!("{condition} AND {NO_OTHER_REVERSAL}");
        let set = if self.held_back > Points::ZERO {
            "SET returned = :returned, points_reversed = :points_reversed, held_back = :held_back"
        } else {
            "SET returned = :returned, points_reversed = :points_reversed"
        };
        let update = Write::update(&self.key, set)
            .condition(condition)
            .value(":before", attributes::number(self.returned_before.get()))
            .value(":reversed_before", attributes::number(self.reversed_before.get()))
            .value(":returned", attributes::number(self.sale.returned.get()))
            .value(":points_reversed", attributes::number(self.sale.points_reversed.get()));
        if self.held_back > Points::ZERO {
            update.value(":held_back", attributes::number(self.held_back.get()))
        } else {
            update
        }
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
