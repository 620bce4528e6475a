//! When a rule holds: its period, days, hours, places, and whom it is for.

use super::earning::EarningContext;
use super::level::LevelCode;
use crate::{Cents, Day, EstablishmentId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Days of the week, as a set.
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

    /// The days of a set of bits, Monday the lowest. None at all is every day.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & Self::ALL.0 {
            0 => Self::ALL,
            days => Self(days),
        }
    }

    /// As [`Weekdays::from_bits`] takes them.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether a day is one of them.
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

/// A part of the day in the establishment's zone, by minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The first minute.
    pub from: u16,
    /// The first minute after it.
    pub until: u16,
}

/// When a rule holds. What is left out asks for nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Condition {
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// On which days of the week.
    pub weekdays: Weekdays,
    /// At what hours; a sale whose time a file does not tell counts as one of noon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Where; empty is everywhere.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub establishments: BTreeSet<EstablishmentId>,
    /// Only in the month of the member's birthday.
    pub birthday_month: bool,
    /// Only for members of one of these levels; empty is for all.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub levels: BTreeSet<LevelCode>,
    /// Only for sales of so much.
    pub minimum_spend: Cents,
}

impl Condition {
    /// Whether it holds for a sale of `total`.
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
