//! The daily run of an account: points expire, a birthday gives its points, and the level is reviewed.

use crate::ledger::account::{Account, Given};
use crate::ledger::expiry::expire;
use crate::ledger::gift::Gift;
use crate::ledger::lots::Lot;
use crate::programme::Programmes;
use crate::{Day, Points};

/// The number of days in which a birthday can still give its points, so that a later run makes up for one
/// that failed.
pub const BIRTHDAY_DAYS: i32 = 7;

/// What a daily run changed in an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DailyRun {
    /// The lots that expired.
    pub ended: Vec<Lot>,
    /// The points given for the birthday.
    pub birthday: Points,
    /// Whether the level changed, or was confirmed at its anniversary.
    pub level_reviewed: bool,
}

impl DailyRun {
    /// Whether the run changed nothing.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        *self == Self::default()
    }
}

impl Account {
    /// Runs the daily changes of `today`. A second run on the same day changes nothing.
    pub fn run_day(&mut self, born: Option<Day>, today: Day, programmes: &Programmes) -> DailyRun {
        let terms = programmes.terms_on(today);
        let ended = expire(self, today, programmes);
        let birthday = match born {
            Some(born) if self.has_birthday(born, today) => {
                Points::new(i64::from(terms.gifts.birthday))
            }
            _ => Points::ZERO,
        };
        if birthday > Points::ZERO {
            self.give(Given::freely(today), birthday);
            self.birthday_year = Some(today.year());
            self.gifts.birthday = Gift::new(birthday);
        }
        let level_reviewed = self.review_level(&terms.levels, today);
        DailyRun { ended, birthday, level_reviewed }
    }

    /// Whether the birthday of this year was within the last [`BIRTHDAY_DAYS`] and has not given its points
    /// yet.
    fn has_birthday(&self, born: Day, today: Day) -> bool {
        let this_year = born.in_year_of(today);
        let days = today.ordinal() - this_year.ordinal();
        (0..BIRTHDAY_DAYS).contains(&days) && self.birthday_year != Some(today.year())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::{Expiry, Gifts, Level, LevelCode, Programme, Terms};
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn programmes() -> Programmes {
        let terms = Terms {
            gifts: Gifts { birthday: 50, ..Gifts::default() },
            expiry: Expiry::AfterEarning { months: 12 },
            levels: vec![Level {
                code: LevelCode::parse("gold").unwrap(),
                name: "Or".to_owned(),
                from: Points::new(100),
            }],
            ..Terms::default()
        };
        Programmes::new(vec![(Day::FIRST, Programme::from_stored(terms))])
    }

    #[rstest]
    #[case("1980-11-25", "2026-11-24", 0)]
    #[case("1980-11-25", "2026-11-25", 50)]
    #[case("1980-11-25", "2026-12-01", 50)]
    #[case("1980-11-25", "2026-12-02", 0)]
    #[case("2000-02-29", "2027-02-28", 50)]
    #[case("2000-02-29", "2028-02-29", 50)]
    fn a_birthday_gives_its_points_once_within_seven_days(
        #[case] born: &str,
        #[case] today: &str,
        #[case] points: i64,
    ) {
        let mut account = Account::default();
        let run = account.run_day(Some(day(born)), day(today), &programmes());
        assert_eq!(run.birthday, Points::new(points));
        assert_eq!(account.sum(), Points::new(points));
        assert!(account.run_day(Some(day(born)), day(today), &programmes()).is_quiet());
    }

    #[test]
    fn a_daily_run_takes_out_expired_points_and_lowers_a_level_at_its_anniversary() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2025-10-10")), Points::new(120));
        assert!(account.run_day(None, day("2025-10-11"), &programmes()).level_reviewed);
        assert!(account.run_day(None, day("2026-10-10"), &programmes()).is_quiet());
        let run = account.run_day(None, day("2026-11-01"), &programmes());
        assert_eq!(run.ended.iter().map(|lot| lot.remaining).sum::<Points>(), Points::new(120));
        assert!(run.level_reviewed);
        assert_eq!(account.sum(), Points::ZERO);
        assert_eq!(account.level, None);
    }
}
