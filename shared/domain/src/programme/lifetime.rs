//! The life of what was earned: waiting for the time of returns to pass, then active, then expired.
//!
//! A lot lives by the programme of the day it was earned, so that a later programme never shortens
//! what a member was promised.

use super::Programmes;
use crate::ledger::lots::Lot;
use crate::{Account, Day, Points};
use serde::{Deserialize, Serialize};

/// When what is not spent ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// So many months after it became active, at the end of that month.
    AfterEarning {
        /// How many.
        months: u8,
    },
    /// All of it, once the member has done nothing for so many months.
    AfterInactivity {
        /// How many.
        months: u8,
    },
}

/// A balance on a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// What can be spent; below zero while points are owed.
    pub available: Points,
    /// What waits for the time of returns to pass.
    pub pending: Points,
    /// What ends soonest: the last day it can be spent, and how much.
    pub expiring: Option<(Day, Points)>,
}

impl Programmes {
    /// The first day a lot can be spent.
    #[must_use]
    pub fn available_on(&self, lot: &Lot) -> Day {
        if lot.granted {
            return lot.day;
        }
        lot.day.plus_days(i32::from(self.terms_on(lot.day).pending_days))
    }

    /// The last day a lot can be spent. `last_active` is the member's last activity, which keeps a
    /// lot that ends by inactivity.
    #[must_use]
    pub fn expires_on(&self, lot: &Lot, last_active: Option<Day>) -> Option<Day> {
        match self.terms_on(lot.day).expiry {
            Expiry::Never => None,
            Expiry::AfterEarning { months } => {
                Some(self.available_on(lot).plus_months(i32::from(months)).month_end())
            }
            Expiry::AfterInactivity { months } => {
                let since = last_active.max(Some(lot.day)).unwrap_or(lot.day);
                Some(since.plus_months(i32::from(months)))
            }
        }
    }
}

impl Account {
    /// The balance on `today`.
    #[must_use]
    pub fn balance_on(&self, today: Day, programmes: &Programmes) -> Balance {
        let last_active = self.last_active_day();
        let mut balance = Balance { available: -self.owed, ..Balance::default() };
        for lot in self.lots.as_slice() {
            if programmes.available_on(lot) > today {
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
    use crate::programme::{Programme, Terms};
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn programmes(pending_days: u8, expiry: Expiry) -> Programmes {
        let terms = Terms { pending_days, expiry, ..Terms::default() };
        Programmes::new(vec![(Day::FIRST, Programme::from_stored(terms))])
    }

    #[rstest]
    #[case("2026-01-15", 0, "2027-01-31")]
    #[case("2026-01-31", 0, "2027-01-31")]
    #[case("2026-01-20", 14, "2027-02-28")]
    #[case("2027-02-28", 0, "2028-02-29")]
    fn points_end_with_the_month_twelve_months_after_they_became_active(
        #[case] earned: &str,
        #[case] pending_days: u8,
        #[case] last_day: &str,
    ) {
        let programmes = programmes(pending_days, Expiry::AfterEarning { months: 12 });
        let lot = Lot { day: day(earned), granted: false, remaining: Points::new(1) };
        assert_eq!(programmes.expires_on(&lot, None), Some(day(last_day)));
    }

    #[test]
    fn points_wait_for_the_time_of_returns_and_gifts_do_not() {
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
    fn a_balance_tells_what_ends_soonest_and_leaves_out_what_has_ended() {
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

    #[test]
    fn activity_keeps_points_that_end_by_inactivity() {
        let programmes = programmes(0, Expiry::AfterInactivity { months: 12 });
        let lot = Lot { day: day("2025-01-10"), granted: false, remaining: Points::new(1) };
        assert_eq!(programmes.expires_on(&lot, None), Some(day("2026-01-10")));
        assert_eq!(programmes.expires_on(&lot, Some(day("2025-06-30"))), Some(day("2026-06-30")));
    }
}
