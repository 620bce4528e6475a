//! A correction of a balance by hand.

use crate::ledger::account::{Account, Given};
use crate::ledger::entry::MOST_ADJUSTED;
use crate::ledger::lots::Lot;
use crate::ledger::spend::spend;
use crate::programme::Programmes;
use crate::{Day, LedgerError, Points};

/// The most points that a member's corrections of one day give in all, or take in all. Only a key of the back
/// office may correct a balance, so there is one number.
const MOST_ADJUSTED_A_DAY: i64 = MOST_ADJUSTED;

/// Corrects a balance by hand: gives points, or takes points that can be spent where `points` is below
/// zero. Returns the lots that the points were taken from.
///
/// # Errors
/// [`LedgerError::NotEnoughPoints`] where the balance holds less, [`LedgerError::AdjustedEnough`] where the
/// corrections of the day would be more than [`MOST_ADJUSTED_A_DAY`].
pub fn adjust(
    account: &mut Account,
    points: Points,
    today: Day,
    programmes: &Programmes,
) -> Result<Vec<Lot>, LedgerError> {
    let total = account.adjusted_on(today) + points;
    if total.get().saturating_abs() > MOST_ADJUSTED_A_DAY {
        return Err(LedgerError::AdjustedEnough);
    }
    let lots = if points < Points::ZERO {
        spend(account, -points, today, programmes)?
    } else {
        account.give(Given::freely(today), points);
        vec![]
    };
    account.count_adjusted(today, points);
    Ok(lots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn the_corrections_of_a_day_have_a_limit_for_each_member() {
        let (mut account, programmes) = (Account::default(), Programmes::default());
        let (today, tomorrow) = (day("2026-11-24"), day("2026-11-25"));
        let mut correct = |points, on| {
            let done = adjust(&mut account, Points::new(points), on, &programmes);
            done.map(|lots| lots.len())
        };
        assert_eq!(correct(15_000, today), Ok(0));
        assert_eq!(correct(5_001, today), Err(LedgerError::AdjustedEnough));
        assert_eq!(correct(5_000, today), Ok(0));
        assert_eq!(correct(1, today), Err(LedgerError::AdjustedEnough));
        assert_eq!(correct(-20_000, today), Ok(1), "a mistake can be corrected on the same day");
        assert_eq!(correct(20_000, today), Ok(0));
        assert_eq!(correct(20_000, tomorrow), Ok(0));
        let elsewhere = "another time zone, where the day has not ended, has no limit of its own";
        assert_eq!(correct(1, today), Err(LedgerError::AdjustedEnough), "{elsewhere}");
        assert_eq!(account.sum(), Points::new(40_000));
    }
}
