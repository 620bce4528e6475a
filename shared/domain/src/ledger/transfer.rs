//! The transfer of a sale from one member to another.

use crate::ledger::account::{Account, Given};
use crate::ledger::cancel::{CancelledSale, cancel_sale};
use crate::ledger::returns::Reversal;
use crate::ledger::sale::{count_earned, count_sale};
use crate::programme::Programmes;
use crate::{Points, Purchase};

/// Moves a sale that gave `points` from one account to another. The new account earns exactly these points, less
/// those that a cancelled return did not give back, even where the rules would give other points or the daily cap
/// leaves fewer. Points that the first account spent already are owed or forgiven, as for a cancelled sale.
pub fn move_sale(
    from: &mut Account,
    to: &mut Account,
    purchase: &Purchase,
    (points, reversed): (Points, Points),
    programmes: &Programmes,
) -> Reversal {
    let day = purchase.receipt().day;
    let sale = CancelledSale { day, total: purchase.total(), points, reversed };
    let taken_back = cancel_sale(from, sale, programmes);
    to.give(Given::by_sale(day), points - reversed);
    if let Some(programme) = programmes.on(day) {
        let visits = i32::from(points > Points::ZERO);
        count_earned(to, day, points - reversed, visits, programme);
    }
    count_sale(to, purchase);
    taken_back
}
