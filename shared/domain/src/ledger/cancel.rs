//! The cancellation of a purchase.

use crate::ledger::account::{Account, Given};
use crate::ledger::returns::{Reversal, take_back};
use crate::programme::Programmes;
use crate::{Cents, Day, Points};

/// A sale to be cancelled.
#[derive(Debug, Clone, Copy)]
pub struct CancelledSale {
    /// The printed day.
    pub day: Day,
    /// The amount.
    pub total: Cents,
    /// The points that it gave.
    pub points: Points,
    /// Of these, the points that a return took back and that its cancellation did not give back.
    pub reversed: Points,
}

/// Cancels a sale: the balance is as if the sale had not been made, except for points that were spent and that
/// the merchant's policy forgives.
pub fn cancel_sale(
    account: &mut Account,
    sale: CancelledSale,
    programmes: &Programmes,
) -> Reversal {
    let CancelledSale { day, total, points, reversed } = sale;
    let taken_back = take_back(account, day, points - reversed, programmes.returns_on(day));
    account.count(day, -total, -1);
    account.count_in_day(day, -taken_back.from_balance, -i32::from(points > Points::ZERO));
    taken_back
}

/// A return to be cancelled.
#[derive(Debug, Clone, Copy)]
pub struct CancelledReturn {
    /// The printed day of the return.
    pub day: Day,
    /// The printed day of the returned sale, where the return names it.
    pub sale_day: Option<Day>,
    /// The amount, without sign.
    pub total: Cents,
    /// The points that it took from the balance, zero or more.
    pub points: Points,
}

/// Cancels a return: gives back the points that it took from the balance. Where the return names its sale, the
/// points are at most what the daily cap leaves on the day of the sale. Returns the points that were not given
/// back: the sale counts as a sale that gave fewer points.
pub fn cancel_return(
    account: &mut Account,
    cancelled: CancelledReturn,
    programmes: &Programmes,
) -> Points {
    let CancelledReturn { day, sale_day, total, points } = cancelled;
    account.count(day, total, 0);
    let Some(sale_day) = sale_day else {
        account.give(Given::by_sale(day), points);
        return Points::ZERO;
    };
    let left = programmes.terms_on(sale_day).left_of_cap(account.day_so_far(sale_day));
    let given = left.map_or(points, |left| points.min(left));
    account.give(Given::by_sale(sale_day), given);
    if programmes.count_days_on(sale_day) || account.counts(sale_day) {
        account.count_in_day(sale_day, given, 0);
    }
    points - given
}
