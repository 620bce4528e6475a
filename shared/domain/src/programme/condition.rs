//! The condition of a rule: its period, days, hours, establishments and members.

use super::context::EarningContext;
use super::level::LevelCode;
use crate::{Cents, Day, EstablishmentId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A set of days of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub struct Weekdays(u8);

impl Default for Weekdays {
    fn default() -> Self {
        Self::ALL
    }
}

impl Weekdays {
    /// Every day.
    pub const ALL: Self = Self(0b111_1111);

    /// The days of a set of bits, from Monday as the lowest bit. An empty set is every day.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & Self::ALL.0 {
            0 => Self::ALL,
            days => Self(days),
        }
    }

    /// The bits that [`Weekdays::from_bits`] takes.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether a day is in the set.
    #[must_use]
    pub fn hold(self, day: Day) -> bool {
        self.0 & (1 << day.weekday()) != 0
    }
}

impl From<u8> for Weekdays {
    fn from(bits: u8) -> Self {
        Self::from_bits(bits)
    }
}

impl From<Weekdays> for u8 {
    fn from(days: Weekdays) -> Self {
        days.bits()
    }
}

/// Hours of the day in the establishment's time zone, in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first minute.
    pub from: u16,
    /// The minute after the last one.
    pub until: u16,
}

/// The condition of a rule. An absent part is always met.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The days of the week.
    pub weekdays: Weekdays,
    /// The hours of the day. A sale of a file without times counts as a sale at noon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// The establishments; empty for all.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub establishments: BTreeSet<EstablishmentId>,
    /// Whether the rule applies only in the month of the member's birthday.
    pub birthday_month: bool,
    /// The levels of members; empty for all members.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub levels: BTreeSet<LevelCode>,
    /// The least amount of a sale.
    pub minimum_spend: Cents,
}

impl Condition {
    /// Whether the condition is met by a sale of `total`.
    pub(crate) fn holds(&self, context: &EarningContext<'_>, total: Cents) -> bool {
        let EarningContext { day, minute, establishment, birth_month, level } = *context;
        self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
            && self.weekdays.hold(day)
            && self.hours.is_none_or(|hours| (hours.from..hours.until).contains(&minute))
            && (self.establishments.is_empty() || self.establishments.contains(establishment))
            && (!self.birthday_month || birth_month == Some(day.month_of_year()))
            && (self.levels.is_empty() || level.is_some_and(|level| self.levels.contains(level)))
            && self.minimum_spend <= total
    }
}
