//! Dates and times as files write them.

use domain::{Day, DomainError, Instant, ValueError};
use jiff::{civil, tz};

/// A date as a file writes it, perhaps with a time and an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenDate {
    day: Day,
    date: civil::Date,
    /// Whether the year has two digits, which are read as a year from 2000 on.
    short_year: bool,
    time: Option<WrittenTime>,
}

/// A time as a file writes it, perhaps with an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenTime {
    hour: i8,
    minute: i8,
    second: i8,
    offset: Option<tz::Offset>,
}

/// The part of a date that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    Day,
    /// The month stands before the day.
    MonthFirst,
    Time,
}

impl WrittenDate {
    /// Reads `24/11/2026`, `24-11-2026`, `24.11.26`, `1/5/2026` (the day first), `2026-11-24`, `2026/11/24` or
    /// `20261124`, alone or before a time of [`WrittenTime::parse`].
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        let LeadingDay { day, date, short_year, length } = LeadingDay::read(text.as_bytes())?;
        let rest = text.get(length..).ok_or(Unreadable::Day)?.trim();
        let time = match rest {
            "" => None,
            time => Some(WrittenTime::read(after_date(time)).ok_or(Unreadable::Time)?),
        };
        Ok(Self { day, date, short_year, time })
    }

    /// The day alone, for grouping rows. Any text may follow the day.
    pub(crate) fn day_of(bytes: &[u8]) -> Option<Day> {
        LeadingDay::read(bytes.trim_ascii()).map(|leading| leading.day).ok()
    }

    /// The day as the file writes it.
    pub(crate) const fn day(&self) -> Day {
        self.day
    }

    /// The instant, and the day in the establishment's zone. Where the date has no time, or midnight without an offset as
    /// databases write a day, the time of the separate column counts. Without any time, the time is noon. Where the time
    /// has an offset, the day is the one in the establishment's zone at that instant.
    pub(crate) fn moment(
        self,
        separate: Option<WrittenTime>,
        zone: &tz::TimeZone,
    ) -> Option<(Instant, Day)> {
        const NOON: WrittenTime = WrittenTime { hour: 12, minute: 0, second: 0, offset: None };
        const MIDNIGHT: WrittenTime = WrittenTime { hour: 0, minute: 0, second: 0, offset: None };
        let own = self.time.filter(|time| separate.is_none() || *time != MIDNIGHT);
        let time = own.or(separate).unwrap_or(NOON);
        match time.offset {
            None => Some((self.day.time(time.hour, time.minute, time.second, zone)?, self.day)),
            Some(offset) => {
                let local = self.date.at(time.hour, time.minute, time.second, 0);
                let instant = offset.to_timestamp(local).ok()?;
                Some((instant, Day::at(instant, zone)))
            }
        }
    }
}

impl WrittenTime {
    /// Reads `9:05`, `10:15`, `10:15:30` or `10:15:30.123`, alone or before `Z`, `+01:00` or `+0100`, and a time as
    /// people write it: `14h`, `14h05`, `14 h 5`, `14h05min30s`, `à 14:05`, `2:05 PM`.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        Self::read(text.strip_prefix(['à', 'À']).unwrap_or(text)).ok_or(Unreadable::Time)
    }

    fn read(text: &str) -> Option<Self> {
        let (clock, offset) = match text.find(['Z', '+', '-']) {
            Some(at) => (&text[..at], Some(read_offset(&text.as_bytes()[at..])?)),
            None => (text, None),
        };
        let (clock, afternoon) = half_of_day(clock.trim());
        let at = clock.find([':', 'h', 'H'])?;
        let in_words = &clock[at..=at] != ":";
        let hour = number(clock[..at].trim_end().as_bytes(), 1..=2)?;
        let (minute, rest) = digits(clock[at + 1..].trim_start());
        let minute = match minute {
            "" if in_words && rest.is_empty() => 0,
            minute if in_words => number(minute.as_bytes(), 1..=2)?,
            minute => number(minute.as_bytes(), 2..=2)?,
        };
        let second = match without_unit(rest, &[":", "min", "mn", "m"]) {
            "" => 0,
            seconds => read_seconds(without_unit_after(seconds))?,
        };
        let hour = match afternoon {
            None => hour,
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
        };
        let fits = hour < 24 && minute < 60 && second < 60;
        let part = |value: i16| i8::try_from(value).ok();
        fits.then_some(Self {
            hour: part(hour)?,
            minute: part(minute)?,
            second: part(second)?,
            offset,
        })
    }
}

/// A time that follows a date, without what joins the two: `T10:15`, `à 14:05`, `- 14:05`, `, 14:05`.
fn after_date(text: &str) -> &str {
    let joints = ["T", "à", "À", "a ", "at ", ",", "- ", "\u{2013} "];
    joints.iter().find_map(|joint| text.strip_prefix(joint)).unwrap_or(text).trim_start()
}

/// A time of the twelve-hour clock without its `AM` or `PM`, and whether the time is after noon.
fn half_of_day(clock: &str) -> (&str, Option<bool>) {
    for (suffix, afternoon) in [("am", false), ("pm", true)] {
        if let Some(at) = clock.len().checked_sub(suffix.len())
            && clock.get(at..).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        {
            return (clock[..at].trim_end(), Some(afternoon));
        }
    }
    (clock, None)
}

/// The digits at the beginning of a text, and the rest.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

fn without_unit<'t>(text: &'t str, units: &[&str]) -> &'t str {
    units.iter().find_map(|unit| text.strip_prefix(unit)).unwrap_or(text).trim_start()
}

fn without_unit_after(seconds: &str) -> &str {
    seconds.strip_suffix('s').unwrap_or(seconds).trim_end()
}

/// Reads `30` or `30.123`.
fn read_seconds(text: &str) -> Option<i16> {
    let (whole, fraction) = text.as_bytes().split_at(text.len().min(2));
    let plain = match fraction {
        [] => true,
        [b'.' | b',', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    number(whole, 2..=2).filter(|_| plain)
}

fn read_offset(bytes: &[u8]) -> Option<tz::Offset> {
    let (sign, digits) = match bytes {
        b"Z" => return Some(tz::Offset::UTC),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [_, _] => (digits, b"00".as_slice()),
        [_, _, b':', _, _] => (&digits[..2], &digits[3..]),
        [_, _, _, _] => digits.split_at(2),
        _ => return None,
    };
    let (hours, minutes) = (number(hours, 2..=2)?, number(minutes, 2..=2)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    tz::Offset::from_seconds(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60)).ok()
}

/// The numbers of a day, which may be those of no day.
struct Parts {
    year: i16,
    month: i16,
    day: i16,
    short_year: bool,
    /// Whether the year stands before the month and the day.
    year_first: bool,
}

impl Parts {
    /// Reads the numbers at the beginning of some bytes, and counts the bytes.
    fn read(bytes: &[u8]) -> Option<(Self, usize)> {
        let run = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
        };
        let part = |from: usize, length: usize| number(bytes.get(from..from + length)?, 1..=4);
        let first = run(0);
        if first == 8 {
            let (year, month, day) = (part(0, 4)?, part(4, 2)?, part(6, 2)?);
            return Some((Self { year, month, day, short_year: false, year_first: true }, first));
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
                Some((Self { year, month, day, short_year: false, year_first: true }, length))
            }
            (1..=2, 1..=2, 2 | 4, [day, month, year]) => {
                let short_year = last == 2;
                let year = if short_year { 2000 + year } else { year };
                Some((Self { year, month, day, short_year, year_first: false }, length))
            }
            _ => None,
        }
    }

    /// Whether the day can only be one with the month before the day of the month.
    fn is_month_first(&self) -> bool {
        !self.year_first && (13..=31).contains(&self.month) && (1..=12).contains(&self.day)
    }

    /// Whether another day is meant where the month stands first.
    fn is_ambiguous(&self) -> bool {
        let is_month = |number| (1..=12).contains(&number);
        let may_be_swapped = is_month(self.month) && is_month(self.day);
        !self.year_first && may_be_swapped && self.month != self.day
    }
}

/// Whether a date has the month before the day.
pub(crate) fn is_month_first(bytes: &[u8]) -> bool {
    Parts::read(bytes.trim_ascii()).is_some_and(|(parts, _)| parts.is_month_first())
}

/// Whether a date is another day where the month stands before the day: `11-05-2026`.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    Parts::read(text.trim().as_bytes()).is_some_and(|(parts, _)| parts.is_ambiguous())
}

/// The day at the beginning of some bytes.
struct LeadingDay {
    day: Day,
    date: civil::Date,
    short_year: bool,
    /// The number of bytes that the day takes.
    length: usize,
}

impl LeadingDay {
    fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let (parts, length) = Parts::read(bytes).ok_or(Unreadable::Day)?;
        if parts.is_month_first() {
            return Err(Unreadable::MonthFirst);
        }
        let Parts { year, month, day, short_year, .. } = parts;
        Self::of(year, month, day, short_year, length).ok_or(Unreadable::Day)
    }

    fn of(year: i16, month: i16, day: i16, short_year: bool, length: usize) -> Option<Self> {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        let date = civil::Date::new(year, month, day).ok()?;
        Some(Self { day: Day::of(year, month, day).ok()?, date, short_year, length })
    }
}

fn number(digits: &[u8], length: std::ops::RangeInclusive<usize>) -> Option<i16> {
    if !length.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + i16::from(digit - b'0')))
}

/// Reads a birth date, which a time may follow. A year of two digits is in the past.
pub(crate) fn birth_date(text: &str, today: Day) -> Result<Day, DomainError> {
    let WrittenDate { day, date, short_year, .. } =
        WrittenDate::parse(text).map_err(|_| ValueError::DayUnreadable)?;
    let day = if short_year && day > today {
        let (month, of_month) = (date.month(), date.day());
        Day::of(date.year() - 100, month, of_month).map_err(|_| ValueError::DayUnreadable)?
    } else {
        day
    };
    Ok(domain::member::birth_date(day, today)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::calendar::{parse_instant, parse_time_zone};
    use rstest::rstest;

    #[rstest]
    #[case("24/11/2026", "2026-11-24T11:00:00Z")]
    #[case("2026-11-24", "2026-11-24T11:00:00Z")]
    #[case("20261124", "2026-11-24T11:00:00Z")]
    #[case(" 24/11/2026 10:15 ", "2026-11-24T09:15:00Z")]
    #[case("2026-11-24 9:05:07", "2026-11-24T08:05:07Z")]
    #[case("2026-11-24T10:15:30.123", "2026-11-24T09:15:30Z")]
    #[case("20261124T10:15", "2026-11-24T09:15:00Z")]
    #[case("2026-07-14 10:15", "2026-07-14T08:15:00Z")]
    #[case("2026-11-24T10:15:00Z", "2026-11-24T10:15:00Z")]
    #[case("2026-11-24T10:15:00+04:00", "2026-11-24T06:15:00Z")]
    #[case("2026-11-24 10:15-0500", "2026-11-24T15:15:00Z")]
    #[case("2026-03-29 02:30", "2026-03-29T01:30:00Z")]
    #[case("24/11/26", "2026-11-24T11:00:00Z")]
    #[case("24.11.26 10:15", "2026-11-24T09:15:00Z")]
    #[case("24-11-2026", "2026-11-24T11:00:00Z")]
    #[case("1/5/2026", "2026-05-01T10:00:00Z")]
    #[case("1.5.26", "2026-05-01T10:00:00Z")]
    #[case("1-12-2026 9:05", "2026-12-01T08:05:00Z")]
    #[case("2026/11/24", "2026-11-24T11:00:00Z")]
    #[case("2026.11.24 10:15", "2026-11-24T09:15:00Z")]
    #[case("2026/5/1", "2026-05-01T10:00:00Z")]
    #[case("24.11.2026", "2026-11-24T11:00:00Z")]
    #[case("24/11/2026 14h05", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 10h00", "2026-11-24T09:00:00Z")]
    #[case("24/11/2026 à 14:05", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 à 14h", "2026-11-24T13:00:00Z")]
    #[case("24/11/2026 14 h 5", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 14H05min30s", "2026-11-24T13:05:30Z")]
    #[case("24/11/2026, 14:05:30", "2026-11-24T13:05:30Z")]
    #[case("24/11/2026 - 14:05", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 2:05 PM", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 12:05 am", "2026-11-23T23:05:00Z")]
    fn a_date_is_read_in_the_formats_of_tills(#[case] text: &str, #[case] instant: &str) {
        let zone = parse_time_zone("Europe/Paris").unwrap();
        let (read, _) = WrittenDate::parse(text).unwrap().moment(None, &zone).unwrap();
        assert_eq!(read, parse_instant(instant).unwrap());
    }

    #[test]
    fn a_day_that_a_database_writes_with_midnight_has_the_time_of_the_separate_column() {
        let at = |date, time| {
            let separate = WrittenTime::parse(time).ok();
            let (instant, _) =
                WrittenDate::parse(date).unwrap().moment(separate, &tz::TimeZone::UTC).unwrap();
            instant.to_string()
        };
        assert_eq!(at("24/11/2026 00:00:00", "14:05"), "2026-11-24T14:05:00Z");
        assert_eq!(at("24/11/2026 09:30:00", "14:05"), "2026-11-24T09:30:00Z");
        assert_eq!(at("24/11/2026 00:00:00", ""), "2026-11-24T00:00:00Z");
    }

    #[rstest]
    #[case("31/02/2026", Unreadable::Day)]
    #[case("2026-02-31", Unreadable::Day)]
    #[case("20260231", Unreadable::Day)]
    #[case("31/02/26", Unreadable::Day)]
    #[case("24/11/026", Unreadable::Day)]
    #[case("24/11-2026", Unreadable::Day)]
    #[case("1/25/2026", Unreadable::MonthFirst)]
    #[case("2026-24-11", Unreadable::Day)]
    #[case("2026/11-24", Unreadable::Day)]
    #[case("2026/11/241", Unreadable::Day)]
    #[case("1//2026", Unreadable::Day)]
    #[case("100/5/2026", Unreadable::Day)]
    #[case("24/11/20261", Unreadable::Day)]
    #[case("0/5/2026", Unreadable::Day)]
    #[case("11/24/2026", Unreadable::MonthFirst)]
    #[case("11-29-2026", Unreadable::MonthFirst)]
    #[case("11/29/26 10:15", Unreadable::MonthFirst)]
    #[case("202611241", Unreadable::Day)]
    #[case("45985", Unreadable::Day)]
    #[case("hier", Unreadable::Day)]
    #[case("", Unreadable::Day)]
    #[case("éééééééé", Unreadable::Day)]
    #[case("24/11/2026 25:00", Unreadable::Time)]
    #[case("24/11/2026 10h60", Unreadable::Time)]
    #[case("24/11/2026 10:5", Unreadable::Time)]
    #[case("24/11/2026 13:05 PM", Unreadable::Time)]
    #[case("24/11/2026 h", Unreadable::Time)]
    #[case("24/11/2026 à", Unreadable::Time)]
    #[case("24/11/2026 10h05x", Unreadable::Time)]
    #[case("24/11/2026T", Unreadable::Time)]
    #[case("24/11/2026 10:15+99:00", Unreadable::Time)]
    fn a_malformed_date_is_refused_and_not_guessed(#[case] text: &str, #[case] why: Unreadable) {
        assert_eq!(WrittenDate::parse(text), Err(why));
    }

    #[test]
    fn a_time_may_have_a_column_of_its_own() {
        let zone = parse_time_zone("Indian/Reunion").unwrap();
        let time = WrittenTime::parse("18:30").unwrap();
        let (instant, day) =
            WrittenDate::parse("24/11/2026").unwrap().moment(Some(time), &zone).unwrap();
        assert_eq!(instant, parse_instant("2026-11-24T14:30:00Z").unwrap());
        assert_eq!(day.to_string(), "2026-11-24");
    }

    #[rstest]
    #[case("24/11/85", "1985-11-24")]
    #[case("24/11/05", "2005-11-24")]
    #[case("24/11/1985", "1985-11-24")]
    fn a_birth_date_with_a_year_of_two_digits_is_in_the_past(
        #[case] text: &str,
        #[case] born: &str,
    ) {
        let today = Day::parse("2026-11-24").unwrap();
        assert_eq!(birth_date(text, today).unwrap().to_string(), born);
    }

    #[test]
    fn with_an_offset_the_day_is_that_of_the_establishment() {
        let zone = parse_time_zone("Europe/Paris").unwrap();
        let (_, day) =
            WrittenDate::parse("2026-11-24T23:30:00Z").unwrap().moment(None, &zone).unwrap();
        assert_eq!(day.to_string(), "2026-11-25");
    }
}
