//! The lifetime of a lot: pending until the time for returns has passed, then active, then expired.
//!
//! The programme of the day on which a lot was earned decides. So a later programme never shortens the
//! life of points that a member already has.

use super::{Expiry, Programmes};
use crate::Day;
use crate::ledger::lots::Lot;

impl Programmes {
    /// Whether a lot is pending on `today`. A lot of a programme without a time for returns is not, even where
    /// its day has not begun yet in the time zone of `today`. A lot given without a sale never is.
    #[must_use]
    pub fn is_pending(&self, lot: &Lot, today: Day) -> bool {
        self.pending_days(lot) > 0 && self.available_on(lot) > today
    }

    /// The first day on which a lot can be spent.
    #[must_use]
    pub fn available_on(&self, lot: &Lot) -> Day {
        lot.day.plus_days(self.pending_days(lot))
    }

    fn pending_days(&self, lot: &Lot) -> i32 {
        if lot.granted { 0 } else { i32::from(self.terms_on(lot.day).pending_days) }
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

    #[rstest]
    #[case::no_waiting_time(0, false, "2026-01-14", false)]
    #[case::the_day_before(14, false, "2026-01-28", true)]
    #[case::the_day_itself(14, false, "2026-01-29", false)]
    #[case::granted(14, true, "2026-01-14", false)]
    fn only_points_of_a_sale_in_a_programme_with_a_time_for_returns_are_pending(
        #[case] pending_days: u8,
        #[case] granted: bool,
        #[case] today: &str,
        #[case] pending: bool,
    ) {
        let programmes = programmes(pending_days, Expiry::Never);
        let lot = Lot { day: day("2026-01-15"), granted, remaining: Points::new(1) };
        assert_eq!(programmes.is_pending(&lot, day(today)), pending);
    }

    #[rstest]
    #[case("2026-08-31", 6, "2027-02-28")]
    #[case("2026-01-15", 1, "2026-02-15")]
    fn an_expiry_by_inactivity_ends_on_the_same_day_of_the_month_or_the_last_day_of_a_shorter_one(
        #[case] active: &str,
        #[case] months: u8,
        #[case] last_day: &str,
    ) {
        let programmes = programmes(0, Expiry::AfterInactivity { months });
        let lot = Lot { day: day("2025-01-10"), granted: false, remaining: Points::new(1) };
        assert_eq!(programmes.expires_on(&lot, Some(day(active))), Some(day(last_day)));
    }

    #[test]
    fn an_activity_postpones_an_expiry_by_inactivity() {
        let programmes = programmes(0, Expiry::AfterInactivity { months: 12 });
        let lot = Lot { day: day("2025-01-10"), granted: false, remaining: Points::new(1) };
        assert_eq!(programmes.expires_on(&lot, None), Some(day("2026-01-10")));
        assert_eq!(programmes.expires_on(&lot, Some(day("2025-06-30"))), Some(day("2026-06-30")));
    }
}
