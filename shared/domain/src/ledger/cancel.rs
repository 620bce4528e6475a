//! The cancellation of a purchase.

use crate::ledger::account::{Account, Given};
use crate::ledger::returns::{Reversal, take_back};
use crate::programme::Programmes;
use crate::{Cents, Day, Points, PurchaseKind};

/// A purchase to be cancelled.
#[derive(Debug, Clone, Copy)]
pub struct Undone<'a> {
    /// Sale or return.
    pub kind: &'a PurchaseKind,
    /// The printed day.
    pub day: Day,
    /// The day of its points: those of a return have the day of the returned sale.
    pub earned_on: Day,
    /// The amount, without sign.
    pub total: Cents,
    /// The points that it gave, below zero for a return.
    pub points: Points,
}

/// Cancels a purchase: the balance is as if the purchase had not been made, except for points that were
/// spent and that the merchant's policy forgives.
pub fn cancel(account: &mut Account, undone: &Undone<'_>, programmes: &Programmes) -> Reversal {
    let Undone { kind, day, earned_on, total, points } = *undone;
    match kind {
        PurchaseKind::Sale => {
            let policy = programmes.returns_on(day);
            let taken_back = take_back(account, earned_on, points, policy);
            account.count(day, -total, -1);
            if account.days.iter().any(|count| count.day == day) {
                account.count_in_day(day, Points::ZERO, -1);
            }
            taken_back
        }
        PurchaseKind::Return { .. } => {
            account.give(Given::by_sale(earned_on), -points);
            account.count(day, total, 0);
            Reversal::default()
        }
    }
}
