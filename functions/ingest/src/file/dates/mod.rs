//! Dates and times as files write them.

mod day;
mod order;
mod time;
mod words;

use day::LeadingDay;
use domain::{Day, DomainError, Instant, ValueError};
use jiff::{civil, tz};

pub(crate) use order::{Evidence, is_ambiguous, swapped};
pub(crate) use time::WrittenTime;
pub(crate) use words::is_word;

/// A date as a file writes it, perhaps with a time and an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenDate {
    day: Day,
    date: civil::Date,
    /// Whether the year has two digits, which are read as a year from 2000 on.
    short_year: bool,
    time: Option<WrittenTime>,
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
    /// Reads `24/11/2026`, `24-11-2026`, `24.11.26`, `1/5/2026` (the day first), `2026-11-24`, `2026/11/24`,
    /// `20261124`, `24 nov. 2026`, `mardi 24 novembre 2026` or `Nov 24, 2026`, alone or before a time of
    /// [`WrittenTime::parse`].
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        let LeadingDay { day, date, short_year, length } = LeadingDay::read(text.as_bytes())?;
        let rest = text.get(length..).ok_or(Unreadable::Day)?.trim();
        let time = if rest.is_empty() || is_fraction_of_zero(rest) {
            None
        } else {
            Some(WrittenTime::after_date(rest).ok_or(Unreadable::Time)?)
        };
        Ok(Self { day, date, short_year, time })
    }

    /// The day alone, for grouping rows. Any text may follow the day. Where the day cannot stand first, the month does:
    /// rows are grouped before it is known which of them the file writes first.
    pub(crate) fn day_of(bytes: &[u8]) -> Option<Day> {
        LeadingDay::read_in_any_order(bytes.trim_ascii()).map(|leading| leading.day)
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

/// Whether a script wrote a day as a number with a fraction: `20261124.0`.
fn is_fraction_of_zero(text: &str) -> bool {
    let zeros = text.strip_prefix(['.', ',']);
    zeros.is_some_and(|zeros| !zeros.is_empty() && zeros.bytes().all(|byte| byte == b'0'))
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
    #[case("le 24/11/2026 à 14h05", "2026-11-24T13:05:00Z")]
    #[case("Le mardi 24 novembre 2026 à 14h05", "2026-11-24T13:05:00Z")]
    #[case("2026-11-24 13:05:00 UTC", "2026-11-24T13:05:00Z")]
    #[case("Tue, 24 Nov 2026 13:05:00 GMT", "2026-11-24T13:05:00Z")]
    #[case(
        "Tue Nov 24 2026 14:05:00 GMT+0100 (heure normale d’Europe centrale)",
        "2026-11-24T13:05:00Z"
    )]
    #[case("2026-11-24T14:05+01:00[Europe/Paris]", "2026-11-24T13:05:00Z")]
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
    #[case("24/11/2026 2:05 p.m.", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 2 PM", "2026-11-24T13:00:00Z")]
    #[case("24/11/2026 14:05h", "2026-11-24T13:05:00Z")]
    #[case("24/11/2026 14h05'30", "2026-11-24T13:05:30Z")]
    #[case("20261124 1405", "2026-11-24T13:05:00Z")]
    #[case("20261124 905", "2026-11-24T08:05:00Z")]
    #[case("20261124T140530", "2026-11-24T13:05:30Z")]
    #[case("202611241405", "2026-11-24T13:05:00Z")]
    #[case("20261124140530", "2026-11-24T13:05:30Z")]
    #[case("20261124.0", "2026-11-24T11:00:00Z")]
    #[case("24 nov. 2026", "2026-11-24T11:00:00Z")]
    #[case("24 novembre 2026", "2026-11-24T11:00:00Z")]
    #[case("24 novembre 2026 à 14h05", "2026-11-24T13:05:00Z")]
    #[case("1er mai 2026", "2026-05-01T10:00:00Z")]
    #[case("mardi 24 novembre 2026", "2026-11-24T11:00:00Z")]
    #[case("mar. 24 nov. 2026", "2026-11-24T11:00:00Z")]
    #[case("mar. 24/11/2026 10:15", "2026-11-24T09:15:00Z")]
    #[case("24-Nov-26", "2026-11-24T11:00:00Z")]
    #[case("24nov2026", "2026-11-24T11:00:00Z")]
    #[case("Nov 24, 2026 2:05 PM", "2026-11-24T13:05:00Z")]
    #[case("Mar 24, 2026", "2026-03-24T11:00:00Z")]
    #[case("14 févr. 2026", "2026-02-14T11:00:00Z")]
    #[case("2026-Nov-24", "2026-11-24T11:00:00Z")]
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
    #[case("31 nov. 2026", Unreadable::Day)]
    #[case("24 jui 2026", Unreadable::Day)]
    #[case("24 nov.", Unreadable::Day)]
    #[case("24 nov. 14:05", Unreadable::Time)]
    #[case("nov. 2026", Unreadable::Day)]
    #[case("mardi", Unreadable::Day)]
    #[case("2026112414", Unreadable::Day)]
    #[case("24/11/2026 14", Unreadable::Time)]
    #[case("20261124 2405", Unreadable::Time)]
    #[case("20261124.5", Unreadable::Time)]
    #[case("24/11/2026 25:00", Unreadable::Time)]
    #[case("24/11/2026 10h60", Unreadable::Time)]
    #[case("24/11/2026 10:5", Unreadable::Time)]
    #[case("24/11/2026 13:05 PM", Unreadable::Time)]
    #[case("24/11/2026 h", Unreadable::Time)]
    #[case("24/11/2026 à", Unreadable::Time)]
    #[case("le 31/02/2026", Unreadable::Day)]
    #[case("24/11/2026 14:05 [Europe/Paris]", Unreadable::Time)]
    #[case("24/11/2026 14:05 (+01:00)", Unreadable::Time)]
    #[case("24/11/2026 14:05 CET", Unreadable::Time)]
    #[case("24/11/2026 UTC", Unreadable::Time)]
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
    #[case("1405", 14, 5, 0)]
    #[case("905", 9, 5, 0)]
    #[case("140530", 14, 5, 30)]
    #[case("90530", 9, 5, 30)]
    #[case("1405.0", 14, 5, 0)]
    #[case("T14:05", 14, 5, 0)]
    #[case("14:05h", 14, 5, 0)]
    #[case("2:05 PM", 14, 5, 0)]
    #[case("2:05 p.m.", 14, 5, 0)]
    #[case("12:05 a.m.", 0, 5, 0)]
    #[case("9 am", 9, 0, 0)]
    #[case("1899-12-30 14:05:00", 14, 5, 0)]
    #[case("24/11/2026 14h05", 14, 5, 0)]
    fn a_time_is_read_in_the_formats_of_tills(
        #[case] text: &str,
        #[case] hour: i8,
        #[case] minute: i8,
        #[case] second: i8,
    ) {
        assert_eq!(
            WrittenTime::parse(text),
            Ok(WrittenTime { hour, minute, second, offset: None })
        );
    }

    #[rstest]
    #[case("14")]
    #[case("2405")]
    #[case("1260")]
    #[case("24/11/2026")]
    #[case("1405.5")]
    fn a_malformed_time_is_refused_and_not_guessed(#[case] text: &str) {
        assert_eq!(WrittenTime::parse(text), Err(Unreadable::Time));
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
