//! A return: the points of the sale that are taken back.

use crate::ledger::account::Account;
use crate::ledger::context::ProgrammeContext;
use crate::ledger::sale::basket;
use crate::programme::{Programme, ReturnPolicy};
use crate::{Cents, Day, MemberId, Points, Purchase, PurchaseError};

/// A sale that was not cancelled, with what was returned of it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnableSale {
    /// The customer of the sale, where it has one.
    pub member: Option<MemberId>,
    /// The printed day.
    pub day: Day,
    /// The amount paid.
    pub total: Cents,
    /// The points that the sale gave.
    pub points: Points,
    /// The amount returned so far.
    pub returned: Cents,
    /// The points reversed so far: those taken from the balance, and those forgiven.
    pub points_reversed: Points,
}

impl ReturnableSale {
    /// Records that `amount` of the sale is returned, and gives the points to reverse now: the points of
    /// the sale × the amount returned so far ÷ the total of the sale, rounded down, less the points reversed
    /// before. So partial returns never reverse more points than the sale gave, and the return of the last
    /// article reverses the rest.
    ///
    /// # Errors
    /// [`PurchaseError::ReturnExceedsSale`].
    pub fn record_return(&mut self, amount: Cents) -> Result<Points, PurchaseError> {
        let returned = self.returned + amount;
        if returned > self.total {
            return Err(PurchaseError::ReturnExceedsSale);
        }
        let due = if returned == self.total {
            self.points
        } else {
            let share = i128::from(self.points.get()) * i128::from(returned.get())
                / i128::from(self.total.get().max(1));
            Points::new(i64::try_from(share).unwrap_or(i64::MAX))
        };
        let reversed = due - self.points_reversed;
        self.returned = returned;
        self.points_reversed = due;
        Ok(reversed)
    }
}

/// The points that a return or a cancellation reverses: `from_balance` and `forgiven` together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reversal {
    /// Points taken from the balance, zero or more.
    pub from_balance: Points,
    /// Points that the balance no longer had. The merchant's policy does not make the customer owe them.
    pub forgiven: Points,
}

/// Enters a return. A return that names its sale reverses a share of the points of that sale. A return
/// that names no sale reverses the points that its amount would earn on its own day, without visits,
/// multipliers and bonuses.
///
/// # Errors
/// [`PurchaseError::ReturnExceedsSale`].
pub fn enter_return(
    account: &mut Account,
    purchase: &Purchase,
    sale: Option<&mut ReturnableSale>,
    context: &ProgrammeContext<'_>,
) -> Result<Reversal, PurchaseError> {
    let day = purchase.receipt().day;
    let programmes = context.programmes;
    let (earned_on, points) = if let Some(sale) = sale {
        (sale.day, sale.record_return(purchase.total())?)
    } else {
        let earning_context = context.of_purchase(purchase);
        let spend =
            |programme: &Programme| programme.earn_for_spend(basket(purchase), &earning_context);
        (day, programmes.on(day).map_or(Points::ZERO, spend))
    };
    let reversal = take_back(account, earned_on, points, programmes.returns_on(day));
    account.count(day, -purchase.total(), 0);
    account.active_at(purchase.sold_at());
    Ok(reversal)
}

/// Takes back points that a sale of `day` gave, as far as the merchant's policy allows.
pub(super) fn take_back(
    account: &mut Account,
    day: Day,
    points: Points,
    policy: ReturnPolicy,
) -> Reversal {
    let from_balance = match policy {
        ReturnPolicy::Negative => points,
        ReturnPolicy::DownToZero => points.min(account.sum().max(Points::ZERO)),
    };
    account.take_back(day, from_balance);
    if account.days.iter().any(|count| count.day == day) {
        account.count_in_day(day, -from_balance, 0);
    }
    Reversal { from_balance, forgiven: points - from_balance }
}
