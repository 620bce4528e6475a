//! Spending points, and giving spent points back.

use crate::ledger::account::Account;
use crate::ledger::lots::Lot;
use crate::programme::Programmes;
use crate::{Day, LedgerError, Points};

/// Spends points on `today`, the lots that expire first before the others. Returns the lots that the
/// points came from.
///
/// # Errors
/// [`LedgerError::NotEnoughPoints`].
pub fn spend(
    account: &mut Account,
    points: Points,
    today: Day,
    programmes: &Programmes,
) -> Result<Vec<Lot>, LedgerError> {
    if points <= Points::ZERO || account.balance_on(today, programmes).available < points {
        return Err(LedgerError::NotEnoughPoints);
    }
    let last_active = account.last_active_day();
    Ok(account.lots.draw(points, |lot| {
        let last_day = programmes.expires_on(lot, last_active);
        let is_active =
            !programmes.is_pending(lot, today) && last_day.is_none_or(|last_day| today <= last_day);
        is_active.then_some((last_day.is_none(), last_day, lot.day))
    }))
}

/// Gives spent points back, each lot to its own day. A lot that has expired since expires again.
pub fn give_back(account: &mut Account, lots: &[Lot]) {
    for lot in lots {
        let paid = lot.remaining.min(account.owed).max(Points::ZERO);
        account.owed -= paid;
        account.lots.add(Lot { remaining: lot.remaining - paid, ..*lot });
    }
}
