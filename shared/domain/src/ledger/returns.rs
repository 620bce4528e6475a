//! A return: the points of the sale that are taken back.

use crate::ledger::account::Account;
use crate::ledger::context::ProgrammeContext;
use crate::ledger::day_count::DayCount;
use crate::ledger::sale::{basket, level_of};
use crate::programme::{EarningContext, ReturnPolicy};
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
    /// The points reversed so far: those taken from the balance, those forgiven, and those that the daily cap held
    /// back when a return was cancelled.
    pub points_reversed: Points,
}

impl ReturnableSale {
    /// Records that `amount` of the sale is returned, and gives the points to reverse now: the points of
    /// the sale × the amount returned so far ÷ the total of the sale, rounded down, less the points reversed
    /// before, and never less than zero. So partial returns never reverse more points than the sale gave, and the
    /// return of the last article reverses the rest.
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
        let reversed = (due - self.points_reversed).max(Points::ZERO);
        self.returned = returned;
        self.points_reversed += reversed;
        Ok(reversed)
    }

    /// Records that a return of `amount` is cancelled, which had reversed `reversed`. The points that the daily
    /// cap held back stay reversed.
    pub fn cancel_return(&mut self, amount: Cents, reversed: Points, held_back: Points) {
        self.returned = self.returned - amount;
        self.points_reversed += held_back - reversed;
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

/// Enters a return. A return that names its sale reverses a share of the points of that sale, and the daily cap
/// of the sale's day leaves more again. A return that names no sale reverses the points that its basket would earn
/// the member as the first sale of its day, and changes no count of a day.
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
    let policy = programmes.returns_on(day);
    let reversal = if let Some(sale) = sale {
        let points = sale.record_return(purchase.total())?;
        let reversal = take_back(account, sale.day, points, policy);
        account.count_in_day(sale.day, -reversal.from_balance, 0);
        reversal
    } else {
        let points = as_first_sale(account, purchase, context);
        take_back(account, day, points, policy)
    };
    account.count(day, -purchase.total(), 0);
    account.active_at(purchase.sold_at());
    Ok(reversal)
}

/// The points that a basket would earn the member as the first sale of its day.
fn as_first_sale(account: &Account, purchase: &Purchase, context: &ProgrammeContext<'_>) -> Points {
    let day = purchase.receipt().day;
    let Some(programme) = context.programmes.on(day) else { return Points::ZERO };
    let level = level_of(account, programme);
    let earning_context = EarningContext { level: level.as_ref(), ..context.of_purchase(purchase) };
    programme.earn(basket(purchase), &earning_context, DayCount::new(day)).total()
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
    Reversal { from_balance, forgiven: points - from_balance }
}
