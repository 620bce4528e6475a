//! Levels (*paliers*): computed from the points earned over a rolling year, not on the balance.

use crate::{Account, Day, Points, ProgrammeError};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many calendar months the rolling year spans, the present one included.
pub const ROLLING_MONTHS: i32 = 12;

/// A level's short code: `gold`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LevelCode(String);

impl LevelCode {
    /// Reads a code.
    ///
    /// # Errors
    /// [`ProgrammeError::LevelCode`] unless it is 1 to 20 lower-case letters, digits or hyphens.
    pub fn parse(text: &str) -> Result<Self, ProgrammeError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let fits = (1..=20).contains(&text.len()) && text.bytes().all(allowed);
        if fits { Ok(Self(text.to_owned())) } else { Err(ProgrammeError::LevelCode) }
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LevelCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

crate::serde_as_text!(LevelCode);

/// A level of a programme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Its code.
    pub code: LevelCode,
    /// What members read.
    pub name: String,
    /// The points earned over a rolling year that reach it.
    pub from: Points,
}

/// The level a member has, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its code.
    pub code: LevelCode,
    /// The day it was reached, or last confirmed at an anniversary.
    pub since: Day,
}

/// The highest level that `earned` points reach.
fn reached(levels: &[Level], earned: Points) -> Option<&Level> {
    levels.iter().filter(|level| level.from <= earned).max_by_key(|level| level.from)
}

impl Account {
    /// What was earned in the calendar month of `day` and the eleven before it.
    #[must_use]
    pub fn earned_over_a_year(&self, day: Day) -> Points {
        let last = day.month().ordinal();
        let year = last - ROLLING_MONTHS + 1..=last;
        let of_year = self.months.iter().filter(|bucket| year.contains(&bucket.month.ordinal()));
        of_year.map(|bucket| bucket.earned).sum()
    }

    /// The level among `levels` that the member has.
    #[must_use]
    pub fn level_in<'a>(&self, levels: &'a [Level]) -> Option<&'a Level> {
        let standing = self.level.as_ref()?;
        levels.iter().find(|level| level.code == standing.code)
    }

    /// Raises the level at once where the year's points reach a higher one. Never lowers it.
    pub(crate) fn raise_level(&mut self, levels: &[Level], today: Day) {
        let Some(reached) = reached(levels, self.earned_over_a_year(today)) else { return };
        if self.level_in(levels).is_none_or(|level| level.from < reached.from) {
            self.level = Some(Standing { code: reached.code.clone(), since: today });
        }
    }

    /// Reviews the level: at its anniversary it becomes the one that the year's points reach, which
    /// may be lower or none; on any other day it can only rise. Tells whether it changed.
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
        // January's points have left the year; the level stays until the day it was reached.
        assert!(!account.review_level(&levels(), day("2027-03-04")));
        assert_eq!(code(&account), Some("gold"));
        assert!(account.review_level(&levels(), day("2027-03-05")));
        assert_eq!(code(&account), None);
    }

    #[test]
    fn at_the_anniversary_a_level_falls_to_the_one_that_the_year_reaches() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-03-05")), Points::new(500));
        account.review_level(&levels(), day("2026-03-05"));
        account.give(Given::by_sale(day("2026-09-01")), Points::new(100));
        account.review_level(&levels(), day("2027-03-05"));
        assert_eq!(code(&account), Some("silver"));
        assert_eq!(account.level.unwrap().since, day("2027-03-05"));
    }

    #[test]
    fn spending_does_not_lower_what_levels_are_computed_from() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-03-05")), Points::new(150));
        let _ = account.lots.take(None, Points::new(150));
        assert_eq!(account.earned_over_a_year(day("2026-03-06")), Points::new(150));
    }
}
