//! A merchant's loyalty programme: its rules as data, each version from a day on.

mod error;

pub use error::ProgrammeError;

pub mod checks;
pub mod condition;
pub mod earning;
pub mod goods;
pub mod level;
pub mod lifetime;
pub mod rules;

pub use checks::Flaw;
pub use condition::{Condition, Hours, Weekdays};
pub use earning::{Basket, Earning, EarningContext, Part, Source};
pub use goods::Goods;
pub use level::{Level, LevelCode};
pub use lifetime::Expiry;
pub use rules::{Bonus, Each, Gifts, Multiplier, Rounding, SpendRule, VisitRule};

use crate::{Cents, Day, EstablishmentId, Points, Sector};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a balance counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Points of a programme.
    #[default]
    Points,
    /// Cents of euro that the merchant gives back (*cagnotte*).
    Cents,
}

/// How far goods that come back may take a balance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnPolicy {
    /// Below zero: what was spent already is owed, and the next earned pay it.
    #[default]
    Negative,
    /// To zero: what was spent already is forgiven.
    DownToZero,
}

/// What a programme says, as its merchant wrote it. [`Programme::check`] makes a programme of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// What balances count.
    pub unit: Unit,
    /// What becomes of a fraction.
    pub rounding: Rounding,
    /// Points for money.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spend: Vec<SpendRule>,
    /// Points for coming (a stamp card).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitRule>,
    /// Of those that hold, the greatest counts, alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub multipliers: Vec<Multiplier>,
    /// What is added after the multiplier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bonuses: Vec<Bonus>,
    /// What is given without a sale.
    pub gifts: Gifts,
    /// Goods that earn nothing.
    #[serde(skip_serializing_if = "Goods::is_empty")]
    pub excluded: Goods,
    /// Whether a line sold at a discount earns nothing.
    pub discounts_excluded: bool,
    /// A sale of less earns nothing.
    pub minimum_spend: Cents,
    /// The most that the sales of one day earn a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_cap: Option<Points>,
    /// How far a return may take a balance.
    pub returns: ReturnPolicy,
    /// How many days what a sale earned waits before it can be spent: the time for returns.
    pub pending_days: u8,
    /// When what is not spent ends.
    pub expiry: Expiry,
    /// From the lowest to the highest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
}

/// Terms that hold together: what [`Programme::check`] found nothing against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme(Terms);

impl Programme {
    /// Checks terms for a merchant of `sector` with these establishments.
    ///
    /// # Errors
    /// Every [`Flaw`], with the field it stands in.
    pub fn check(
        terms: Terms,
        sector: Sector,
        establishments: &BTreeSet<EstablishmentId>,
    ) -> Result<Self, Vec<Flaw>> {
        let flaws = checks::flaws(&terms, sector, establishments);
        if flaws.is_empty() { Ok(Self(terms)) } else { Err(flaws) }
    }

    /// Terms that were checked when they were saved.
    #[must_use]
    pub const fn from_stored(terms: Terms) -> Self {
        Self(terms)
    }

    /// What it says.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.0
    }

    /// Whether a rule of it asks for a member's month of birth.
    #[must_use]
    pub fn asks_for_birthdays(&self) -> bool {
        self.0.conditions().any(|(_, condition)| condition.birthday_month)
    }

    /// Whether it has something to do every night: what ends, birthdays, levels.
    #[must_use]
    pub fn needs_daily_run(&self) -> bool {
        let Terms { expiry, gifts, levels, .. } = &self.0;
        *expiry != Expiry::Never || gifts.birthday > 0 || !levels.is_empty()
    }

    /// Whether it counts what a member earned and how often the member came on a day.
    #[must_use]
    pub(crate) fn counts_days(&self) -> bool {
        self.0.daily_cap.is_some() || !self.0.visits.is_empty()
    }
}

impl Terms {
    /// Every condition with the list and the place in it that its rule has.
    fn conditions(&self) -> impl Iterator<Item = ((&'static str, usize), &Condition)> {
        let spend = self.spend.iter().map(|rule| &rule.when).enumerate();
        let visits = self.visits.iter().map(|rule| &rule.when).enumerate();
        let multipliers = self.multipliers.iter().map(|rule| &rule.when).enumerate();
        let bonuses = self.bonuses.iter().map(|rule| &rule.when).enumerate();
        spend
            .map(|(index, when)| (("spend", index), when))
            .chain(visits.map(|(index, when)| (("visits", index), when)))
            .chain(multipliers.map(|(index, when)| (("multipliers", index), when)))
            .chain(bonuses.map(|(index, when)| (("bonuses", index), when)))
    }
}

/// A merchant's programmes in the order of their first day. Each holds until the next begins, and a
/// day that has begun keeps its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programmes(Vec<(Day, Programme)>);

impl Programmes {
    /// The programmes of a merchant; a day before the first of them has none and earns nothing.
    #[must_use]
    pub fn new(mut programmes: Vec<(Day, Programme)>) -> Self {
        programmes.sort_by_key(|(valid_from, _)| *valid_from);
        Self(programmes)
    }

    /// The programme of a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<&Programme> {
        let after = self.0.partition_point(|(valid_from, _)| *valid_from <= day);
        after.checked_sub(1).map(|index| &self.0[index].1)
    }

    /// What the terms of a day say, or the terms that give nothing.
    #[must_use]
    pub fn terms_on(&self, day: Day) -> &Terms {
        static NONE: std::sync::LazyLock<Terms> = std::sync::LazyLock::new(Terms::default);
        self.on(day).map_or(&NONE, Programme::terms)
    }

    /// How far a return of a day may take a balance.
    pub(crate) fn returns_on(&self, day: Day) -> ReturnPolicy {
        self.terms_on(day).returns
    }

    /// What every one of them counts in: one unit for a merchant, since its balances have one.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.0.first().map_or_else(Unit::default, |(_, programme)| programme.0.unit)
    }

    /// Whether one of them asks for a member's month of birth.
    #[must_use]
    pub fn ask_for_birthdays(&self) -> bool {
        self.0.iter().any(|(_, programme)| programme.asks_for_birthdays())
    }

    /// Every programme with its first day.
    pub fn iter(&self) -> impl Iterator<Item = (Day, &Programme)> + '_ {
        self.0.iter().map(|(valid_from, programme)| (*valid_from, programme))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(points: u32) -> Programme {
        let spend = vec![SpendRule::of_everything(points, Cents::new(100))];
        Programme::from_stored(Terms { spend, ..Terms::default() })
    }

    #[test]
    fn a_day_has_the_programme_that_began_last() {
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
