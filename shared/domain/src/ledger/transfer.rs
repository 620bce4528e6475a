//! The transfer of a sale from one member to another.

use crate::ledger::account::{Account, Given};
use crate::ledger::cancel::{Undone, cancel};
use crate::ledger::returns::Reversal;
use crate::ledger::sale::{count_sale, earn};
use crate::programme::Programmes;
use crate::{Points, Purchase};

/// Moves a sale that gave `points` from one account to another. The new account earns exactly these points,
/// even where the rules would give other points. Points that the first account spent already are owed or
/// forgiven, as for a cancelled sale.
pub fn move_sale(
    from: &mut Account,
    to: &mut Account,
    purchase: &Purchase,
    points: Points,
    programmes: &Programmes,
) -> Reversal {
    let day = purchase.receipt().day;
    let (kind, total) = (purchase.kind(), purchase.total());
    let taken_back = cancel(from, &Undone { kind, day, earned_on: day, total, points }, programmes);
    match programmes.on(day) {
        Some(programme) => earn(to, Given::by_sale(day), points, programme),
        None => to.give(Given::by_sale(day), points),
    }
    count_sale(to, purchase);
    taken_back
}
