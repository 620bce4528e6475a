//! A correction of a balance by hand.

use crate::ledger::account::{Account, Given};
use crate::ledger::lots::Lot;
use crate::ledger::spend::spend;
use crate::programme::Programmes;
use crate::{Day, LedgerError, Points};

/// Corrects a balance by hand: gives points, or takes points that can be spent where `points` is below
/// zero. Returns the lots that the points were taken from.
///
/// # Errors
/// [`LedgerError::NotEnoughPoints`] where the balance holds less.
pub fn adjust(
    account: &mut Account,
    points: Points,
    today: Day,
    programmes: &Programmes,
) -> Result<Vec<Lot>, LedgerError> {
    if points < Points::ZERO {
        return spend(account, -points, today, programmes);
    }
    account.give(Given::freely(today), points);
    Ok(vec![])
}
