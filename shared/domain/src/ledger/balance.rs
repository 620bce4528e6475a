//! The balance of an account on a day.

use crate::ledger::account::Account;
use crate::programme::Programmes;
use crate::{Day, Points};

/// The balance of an account on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// The points that can be spent; below zero while points are owed.
    pub available: Points,
    /// The points that cannot be spent until the time for returns has passed.
    pub pending: Points,
    /// The points that expire first, and the last day on which they can be spent.
    pub expiring: Option<(Day, Points)>,
}

impl Account {
    /// The balance on `today`.
    #[must_use]
    pub fn balance_on(&self, today: Day, programmes: &Programmes) -> Balance {
        let last_active = self.last_active_day();
        let mut balance = Balance { available: -self.owed, ..Balance::default() };
        for lot in self.lots.as_slice() {
            if programmes.is_pending(lot, today) {
                balance.pending += lot.remaining;
                continue;
            }
            let Some(last_day) = programmes.expires_on(lot, last_active) else {
                balance.available += lot.remaining;
                continue;
            };
            if last_day < today {
                continue;
            }
            balance.available += lot.remaining;
            balance.expiring = match balance.expiring {
                Some((soonest, points)) if soonest == last_day => {
                    Some((soonest, points + lot.remaining))
                }
                Some(sooner) if sooner.0 < last_day => Some(sooner),
                _ => Some((last_day, lot.remaining)),
            };
        }
        balance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::Given;
    use crate::programme::{Expiry, Programme, Terms};

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn programmes(pending_days: u8, expiry: Expiry) -> Programmes {
        let terms = Terms { pending_days, expiry, ..Terms::default() };
        Programmes::new(vec![(Day::FIRST, Programme::from_stored(terms))])
    }

    #[test]
    fn points_of_a_sale_are_pending_until_the_time_for_returns_has_passed_and_gifts_are_not() {
        let programmes = programmes(14, Expiry::Never);
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-11-01")), Points::new(10));
        account.give(Given::freely(day("2026-11-01")), Points::new(5));
        let on = |text| account.balance_on(day(text), &programmes);
        assert_eq!(on("2026-11-14").available, Points::new(5));
        assert_eq!(on("2026-11-14").pending, Points::new(10));
        assert_eq!(on("2026-11-15").available, Points::new(15));
    }

    #[test]
    fn a_balance_shows_the_points_that_expire_first_and_leaves_out_expired_points() {
        let programmes = programmes(0, Expiry::AfterEarning { months: 12 });
        let mut account = Account::default();
        for (earned, points) in
            [("2025-10-03", 1), ("2025-11-03", 10), ("2025-11-20", 20), ("2026-01-01", 40)]
        {
            account.give(Given::by_sale(day(earned)), Points::new(points));
        }
        let balance = account.balance_on(day("2026-11-24"), &programmes);
        assert_eq!(balance.available, Points::new(70));
        assert_eq!(balance.expiring, Some((day("2026-11-30"), Points::new(30))));
    }
}
