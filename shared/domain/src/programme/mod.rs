//! A merchant's loyalty programme (*programme de fidélité*): its rules as data. Each version is valid from
//! a day on.
//!
//! [`Terms`] are what the merchant wrote, and [`Programme::check`] makes a programme of them.
//! [`Programme::earn`] gives the points of a sale. The lifetime of points is in `lifetime.rs`.

mod basket;
mod checks;
mod condition;
mod context;
mod earning;
pub(crate) mod error;
mod expiry;
mod fold;
mod goods;
mod level;
mod lifetime;
mod rules;
mod smallest_sale;
mod spend;
mod terms;

pub mod limits;

pub use basket::Basket;
pub use checks::SavingContext;
pub use condition::{Condition, Hours, Weekdays};
pub use context::EarningContext;
pub use earning::{Earning, Part, Source};
pub use error::ProgrammeError;
pub use expiry::Expiry;
pub use fold::fold;
pub use goods::Goods;
pub use level::{Level, LevelCode, ROLLING_MONTHS, Standing};
pub use rules::{Bonus, Each, Gifts, Multiplier, Rounding, SpendRule, VisitRule};
pub use terms::{ReturnPolicy, Terms, Unit};

use crate::{Day, InvalidField};

/// Terms that [`Programme::check`] accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme(Terms);

impl Programme {
    /// Checks the terms of a merchant.
    ///
    /// # Errors
    /// Every field that is not accepted.
    pub fn check(terms: Terms, context: SavingContext<'_>) -> Result<Self, Vec<InvalidField>> {
        let invalid = checks::invalid_fields(&terms, context);
        if invalid.is_empty() { Ok(Self(terms)) } else { Err(invalid) }
    }

    /// Terms that [`Programme::check`] accepted before they were stored. For the store only.
    #[must_use]
    pub const fn from_stored(terms: Terms) -> Self {
        Self(terms)
    }

    /// Its terms.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.0
    }

    /// Whether a rule depends on the month of the member's birthday.
    #[must_use]
    pub fn asks_for_birthdays(&self) -> bool {
        self.0.conditions().any(|(_, condition)| condition.birthday_month)
    }

    /// Whether accounts need the daily run: for points that expire, for birthdays or for levels.
    #[must_use]
    pub fn needs_daily_run(&self) -> bool {
        let Terms { expiry, gifts, levels, .. } = &self.0;
        *expiry != Expiry::Never || gifts.birthday > 0 || !levels.is_empty()
    }

    /// Whether accounts count the points and the visits of a day.
    #[must_use]
    pub(crate) fn counts_days(&self) -> bool {
        self.0.daily_cap.is_some() || !self.0.visits.is_empty()
    }
}

/// A merchant's programmes in the order of their first day. Each is valid until the next begins. A day that
/// has begun keeps its programme.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programmes(Vec<(Day, Programme)>);

impl Programmes {
    /// The programmes of a merchant, each with its first day. A day before the first of them has no
    /// programme and earns nothing.
    #[must_use]
    pub fn new(mut programmes: Vec<(Day, Programme)>) -> Self {
        programmes.sort_by_key(|(valid_from, _)| *valid_from);
        Self(programmes)
    }

    /// The programme of a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<&Programme> {
        self.dated_on(day).map(|(_, programme)| programme)
    }

    /// The first day of the programme of a day.
    #[must_use]
    pub fn first_day_on(&self, day: Day) -> Option<Day> {
        self.dated_on(day).map(|(valid_from, _)| *valid_from)
    }

    fn dated_on(&self, day: Day) -> Option<&(Day, Programme)> {
        let after = self.0.partition_point(|(valid_from, _)| *valid_from <= day);
        after.checked_sub(1).map(|index| &self.0[index])
    }

    /// The terms of a day. A day without a programme has terms that give nothing.
    #[must_use]
    pub fn terms_on(&self, day: Day) -> &Terms {
        static NONE: std::sync::LazyLock<Terms> = std::sync::LazyLock::new(Terms::default);
        self.on(day).map_or(&NONE, Programme::terms)
    }

    /// Whether accounts count the points and the visits of a day.
    pub(crate) fn count_days_on(&self, day: Day) -> bool {
        self.on(day).is_some_and(Programme::counts_days)
    }

    /// The policy for returns of a day.
    pub(crate) fn returns_on(&self, day: Day) -> ReturnPolicy {
        self.terms_on(day).returns
    }

    /// The unit of the merchant's balances, which is the same in all of its programmes.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.0.first().map_or_else(Unit::default, |(_, programme)| programme.0.unit)
    }

    /// Whether a rule of one of them depends on the month of the member's birthday.
    #[must_use]
    pub fn ask_for_birthdays(&self) -> bool {
        self.0.iter().any(|(_, programme)| programme.asks_for_birthdays())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Cents;

    fn of(points: u32) -> Programme {
        let spend = vec![SpendRule::of_everything(points, Cents::new(100))];
        Programme::from_stored(Terms { spend, ..Terms::default() })
    }

    #[test]
    fn a_day_has_the_programme_that_began_last_before_it() {
        let day = |text| Day::parse(text).unwrap();
        let programmes =
            Programmes::new(vec![(day("2026-07-01"), of(2)), (day("2026-01-01"), of(1))]);
        let found = |text| programmes.on(day(text)).map(|found| found.terms().spend[0].points);
        assert_eq!(
            [found("2025-12-31"), found("2026-06-30"), found("2026-07-01"), found("2030-01-01")],
            [None, Some(1), Some(2), Some(2)]
        );
    }
}
