//! The lifetime of a lot: pending until the time for returns has passed, then active, then expired.
//!
//! The programme of the day on which a lot was earned decides. So a later programme never shortens the
//! life of points that a member already has.

use super::{Expiry, Programmes};
use crate::Day;
use crate::ledger::lots::Lot;

impl Programmes {
    /// The first day on which a lot can be spent.
    #[must_use]
    pub fn available_on(&self, lot: &Lot) -> Day {
        if lot.granted {
            return lot.day;
        }
        lot.day.plus_days(i32::from(self.terms_on(lot.day).pending_days))
    }

    /// The last day on which a lot can be spent; `None` for a lot that never expires. `last_active` is the
    /// day of the member's last activity, which postpones an expiry by inactivity.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Points;
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
    fn points_expire_at_the_end_of_the_month_twelve_months_after_they_became_active(
        #[case] earned: &str,
        #[case] pending_days: u8,
        #[case] last_day: &str,
    ) {
        let programmes = programmes(pending_days, Expiry::AfterEarning { months: 12 });
        let lot = Lot { day: day(earned), granted: false, remaining: Points::new(1) };
        assert_eq!(programmes.expires_on(&lot, None), Some(day(last_day)));
    }

    #[test]
    fn an_activity_postpones_an_expiry_by_inactivity() {
        let programmes = programmes(0, Expiry::AfterInactivity { months: 12 });
        let lot = Lot { day: day("2025-01-10"), granted: false, remaining: Points::new(1) };
        assert_eq!(programmes.expires_on(&lot, None), Some(day("2026-01-10")));
        assert_eq!(programmes.expires_on(&lot, Some(day("2025-06-30"))), Some(day("2026-06-30")));
    }
}
