//! The level of an account: how it rises and falls.

use crate::ledger::account::Account;
use crate::programme::{Level, ROLLING_MONTHS, Standing};
use crate::{Day, Points};

/// The highest level that `earned` points reach.
fn reached(levels: &[Level], earned: Points) -> Option<&Level> {
    levels.iter().filter(|level| level.from <= earned).max_by_key(|level| level.from)
}

impl Account {
    /// The points earned in the calendar month of `day` and the eleven months before.
    #[must_use]
    pub fn earned_over_a_year(&self, day: Day) -> Points {
        let last = day.month().ordinal();
        let year = last - ROLLING_MONTHS + 1..=last;
        let of_year = self.months.iter().filter(|bucket| year.contains(&bucket.month.ordinal()));
        of_year.map(|bucket| bucket.earned).sum()
    }

    /// The level of the account, where it is one of `levels`.
    #[must_use]
    pub fn level_in<'a>(&self, levels: &'a [Level]) -> Option<&'a Level> {
        let standing = self.level.as_ref()?;
        levels.iter().find(|level| level.code == standing.code)
    }

    /// Raises the level at once where the points of the year reach a higher one. Never lowers the level.
    pub(crate) fn raise_level(&mut self, levels: &[Level], today: Day) {
        let Some(reached) = reached(levels, self.earned_over_a_year(today)) else { return };
        if self.level_in(levels).is_none_or(|level| level.from < reached.from) {
            self.level = Some(Standing { code: reached.code.clone(), since: today });
        }
    }

    /// Reviews the level, and returns whether the level changed. At its anniversary the level becomes the
    /// one that the points of the year reach, perhaps a lower one or none. On other days it only rises.
    pub fn review_level(&mut self, levels: &[Level], today: Day) -> bool {
        let before = self.level.clone();
        if let Some(standing) = &self.level
            && standing.since.plus_months(ROLLING_MONTHS) <= today
        {
            let reached = reached(levels, self.earned_over_a_year(today));
            self.level = reached.map(|level| Standing { code: level.code.clone(), since: today });
        }
        self.raise_level(levels, today);
        self.level != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::Given;
    use crate::programme::LevelCode;

    fn levels() -> Vec<Level> {
        [("silver", 100), ("gold", 500)]
            .map(|(code, from)| Level {
                code: LevelCode::parse(code).unwrap(),
                name: code.to_owned(),
                from: Points::new(from),
            })
            .to_vec()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn code(account: &Account) -> Option<&str> {
        account.level.as_ref().map(|standing| standing.code.as_str())
    }

    #[test]
    fn a_level_is_reached_at_once_and_lost_only_at_its_anniversary() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-01-20")), Points::new(99));
        account.review_level(&levels(), day("2026-01-20"));
        assert_eq!(code(&account), None);
        account.give(Given::by_sale(day("2026-03-05")), Points::new(401));
        assert!(account.review_level(&levels(), day("2026-03-05")));
        assert_eq!(code(&account), Some("gold"));
        // January's points are older than a year; the level stays until its anniversary.
        assert!(!account.review_level(&levels(), day("2027-03-04")));
        assert_eq!(code(&account), Some("gold"));
        assert!(account.review_level(&levels(), day("2027-03-05")));
        assert_eq!(code(&account), None);
    }

    #[test]
    fn at_its_anniversary_a_level_falls_to_the_one_that_the_points_of_the_year_reach() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-03-05")), Points::new(500));
        account.review_level(&levels(), day("2026-03-05"));
        account.give(Given::by_sale(day("2026-09-01")), Points::new(100));
        account.review_level(&levels(), day("2027-03-05"));
        assert_eq!(code(&account), Some("silver"));
        assert_eq!(account.level.unwrap().since, day("2027-03-05"));
    }

    #[test]
    fn spending_does_not_lower_the_points_that_levels_count() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-03-05")), Points::new(150));
        let _ = account.lots.take(None, Points::new(150));
        assert_eq!(account.earned_over_a_year(day("2026-03-06")), Points::new(150));
    }
}
