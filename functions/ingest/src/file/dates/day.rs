//! The day at the beginning of a cell.

use super::{Unreadable, number, words};
use domain::Day;
use jiff::civil;

/// The numbers of a day, which may be those of no day.
pub(super) struct Parts {
    pub(super) year: i16,
    pub(super) month: i16,
    pub(super) day: i16,
    /// Whether the year has two digits.
    pub(super) short_year: bool,
    /// Whether the cell shows which number is the month: the year stands first, or the month is a word.
    pub(super) is_certain: bool,
}

impl Parts {
    /// Reads the numbers at the beginning of some bytes, which `le` and a weekday may precede, and counts the bytes.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let start = words::introduction(bytes);
        let dated = &bytes[start..];
        Self::in_numbers(dated)
            .or_else(|| words::date(dated))
            .map(|(parts, length)| (parts, start + length))
            .or_else(|| words::date(bytes))
    }

    fn in_numbers(bytes: &[u8]) -> Option<(Self, usize)> {
        let run = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
        };
        let part = |from: usize, length: usize| number(bytes.get(from..from + length)?, 1..=4);
        let first = run(0);
        if matches!(first, 8 | 12 | 14) {
            let (year, month, day) = (part(0, 4)?, part(4, 2)?, part(6, 2)?);
            return Some((Self { year, month, day, short_year: false, is_certain: true }, 8));
        }
        let separator = *bytes.get(first).filter(|byte| matches!(byte, b'/' | b'-' | b'.'))?;
        let second = run(first + 1);
        let before_last = first + 1 + second;
        if bytes.get(before_last) != Some(&separator) {
            return None;
        }
        let last = run(before_last + 1);
        let numbers = [part(0, first)?, part(first + 1, second)?, part(before_last + 1, last)?];
        let length = before_last + 1 + last;
        match (first, second, last, numbers) {
            (4, 1..=2, 1..=2, [year, month, day]) => {
                Some((Self { year, month, day, short_year: false, is_certain: true }, length))
            }
            (1..=2, 1..=2, 2 | 4, [day, month, year]) => {
                let short_year = last == 2;
                let year = if short_year { 2000 + year } else { year };
                Some((Self { year, month, day, short_year, is_certain: false }, length))
            }
            _ => None,
        }
    }

    /// Whether the day can only be one with the month before the day of the month.
    pub(super) fn is_month_first(&self) -> bool {
        !self.is_certain && (13..=31).contains(&self.month) && (1..=12).contains(&self.day)
    }

    /// Whether the day can only be one with the day of the month before the month.
    pub(super) fn is_day_first(&self) -> bool {
        !self.is_certain && (13..=31).contains(&self.day) && (1..=12).contains(&self.month)
    }

    /// Whether another day is meant where the month stands first.
    pub(super) fn is_ambiguous(&self) -> bool {
        let is_month = |number| (1..=12).contains(&number);
        let may_be_swapped = is_month(self.month) && is_month(self.day);
        !self.is_certain && may_be_swapped && self.month != self.day
    }
}

/// The day at the beginning of some bytes.
pub(super) struct LeadingDay {
    pub(super) day: Day,
    pub(super) date: civil::Date,
    pub(super) short_year: bool,
    /// The number of bytes that the day takes.
    pub(super) length: usize,
}

impl LeadingDay {
    /// Reads a day, with the day of the month before the month.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (parts, length) = Parts::read(bytes).ok_or(Unreadable::Day)?;
        if parts.is_month_first() {
            return Err(Unreadable::MonthFirst);
        }
        Self::of(&parts, length).ok_or(Unreadable::Day)
    }

    /// Reads a day, with the month before the day of the month where the other order gives no day.
    pub(super) fn read_in_any_order(bytes: &[u8]) -> Option<Self> {
        let (parts, length) = Parts::read(bytes)?;
        let parts = if parts.is_month_first() {
            Parts { month: parts.day, day: parts.month, ..parts }
        } else {
            parts
        };
        Self::of(&parts, length)
    }

    fn of(parts: &Parts, length: usize) -> Option<Self> {
        let (month, day) = (i8::try_from(parts.month).ok()?, i8::try_from(parts.day).ok()?);
        let date = civil::Date::new(parts.year, month, day).ok()?;
        let day = Day::of(parts.year, month, day).ok()?;
        Some(Self { day, date, short_year: parts.short_year, length })
    }
}
