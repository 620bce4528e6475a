//! What a night does to an account: what has ended goes out, a birthday is given its points, a level
//! is reviewed.

use crate::ledger::account::Given;
use crate::ledger::lots::Lot;
use crate::{Account, Day, Points, Programmes, ledger};

/// How many days a birthday may lie behind when its points are given: a night that failed is made
/// up for by the next.
pub const BIRTHDAY_DAYS: i32 = 7;

/// What became of an account in a night.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DailyRun {
    /// What had ended, lot by lot.
    pub ended: Vec<Lot>,
    /// What was given for the birthday.
    pub birthday: Points,
    /// Whether the level is another one, or was confirmed.
    pub level_reviewed: bool,
}

impl DailyRun {
    /// Whether nothing changed.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        *self == Self::default()
    }
}

impl Account {
    /// Passes the night before `today`. A second time on the same day changes nothing.
    pub fn run_day(&mut self, born: Option<Day>, today: Day, programmes: &Programmes) -> DailyRun {
        let terms = programmes.terms_on(today);
        let ended = ledger::expire(self, today, programmes);
        let birthday = match born {
            Some(born) if self.has_birthday(born, today) => {
                Points::new(i64::from(terms.gifts.birthday))
            }
            _ => Points::ZERO,
        };
        if birthday > Points::ZERO {
            self.give(Given::freely(today), birthday);
            self.birthday_year = Some(today.year());
        }
        let level_reviewed = self.review_level(&terms.levels, today);
        DailyRun { ended, birthday, level_reviewed }
    }

    /// Whether the birthday of this year came within the last days and was given nothing yet.
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
    fn a_birthday_is_given_its_points_and_a_missed_night_is_made_up_for(
        #[case] born: &str,
        #[case] today: &str,
        #[case] points: i64,
    ) {
        let mut account = Account::default();
        let night = account.run_day(Some(day(born)), day(today), &programmes());
        assert_eq!(night.birthday, Points::new(points));
        assert_eq!(account.sum(), Points::new(points));
        assert!(account.run_day(Some(day(born)), day(today), &programmes()).is_quiet());
    }

    #[test]
    fn a_night_takes_out_what_has_ended_and_lowers_a_level_at_its_anniversary() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2025-10-10")), Points::new(120));
        assert!(account.run_day(None, day("2025-10-11"), &programmes()).level_reviewed);
        assert!(account.run_day(None, day("2026-10-10"), &programmes()).is_quiet());
        let night = account.run_day(None, day("2026-11-01"), &programmes());
        assert_eq!(night.ended.iter().map(|lot| lot.remaining).sum::<Points>(), Points::new(120));
        assert!(night.level_reviewed);
        assert_eq!((account.sum(), account.level), (Points::ZERO, None));
    }
}
