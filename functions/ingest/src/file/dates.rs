//! Dates and times as files write them.

use domain::{Day, DomainError, Instant, ValueError};
use jiff::{civil, tz};

/// A date as a file writes it, perhaps with a time and an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenDate {
    day: Day,
    date: civil::Date,
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
    Time,
}

impl WrittenDate {
    /// Reads `24/11/2026`, `2026-11-24` or `20261124`, alone or before a time of [`WrittenTime::parse`].
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let bytes = text.trim().as_bytes();
        let LeadingDay { day, date, length } = LeadingDay::read(bytes).ok_or(Unreadable::Day)?;
        let rest = bytes[length..].trim_ascii();
        let time = match rest.strip_prefix(b"T").unwrap_or(rest) {
            [] if rest.is_empty() => None,
            time => Some(WrittenTime::read(time).ok_or(Unreadable::Time)?),
        };
        Ok(Self { day, date, time })
    }

    /// The day alone, for grouping rows. Any text may follow the day.
    pub(crate) fn day_of(bytes: &[u8]) -> Option<Day> {
        LeadingDay::read(bytes.trim_ascii()).map(|leading| leading.day)
    }

    /// The day as the file writes it.
    pub(crate) const fn day(&self) -> Day {
        self.day
    }

    /// The instant, and the day in the establishment's zone. Where the date has no time, the time of the separate
    /// column counts. Without any time, the time is noon. Where the time has an offset, the day is the one in the
    /// establishment's zone at that instant.
    pub(crate) fn moment(
        self,
        separate: Option<WrittenTime>,
        zone: &tz::TimeZone,
    ) -> Option<(Instant, Day)> {
        const NOON: WrittenTime = WrittenTime { hour: 12, minute: 0, second: 0, offset: None };
        let time = self.time.or(separate).unwrap_or(NOON);
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
    /// Reads `9:05`, `10:15`, `10:15:30` or `10:15:30.123`, alone or before `Z`, `+01:00` or `+0100`.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        Self::read(text.trim().as_bytes()).ok_or(Unreadable::Time)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (clock, offset) = match bytes.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-'))
        {
            Some(at) => (&bytes[..at], Some(read_offset(&bytes[at..])?)),
            None => (bytes, None),
        };
        let mut parts = clock.trim_ascii().split(|&byte| byte == b':');
        let hour = number(parts.next()?, 1..=2)?;
        let minute = number(parts.next()?, 2..=2)?;
        let second = match parts.next() {
            None => 0,
            Some(part) => {
                let (whole, fraction) = part.split_at(part.len().min(2));
                let plain = match fraction {
                    [] => true,
                    [b'.' | b',', digits @ ..] => {
                        !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
                    }
                    _ => false,
                };
                number(whole, 2..=2).filter(|_| plain)?
            }
        };
        let fits = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
        let part = |value: i16| i8::try_from(value).ok();
        fits.then_some(Self {
            hour: part(hour)?,
            minute: part(minute)?,
            second: part(second)?,
            offset,
        })
    }
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

/// The day at the beginning of some bytes.
struct LeadingDay {
    day: Day,
    date: civil::Date,
    /// The number of bytes that the day takes.
    length: usize,
}

impl LeadingDay {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (year, month, day) = match bytes {
            d if d.len() >= 10 && d[2] == b'/' && d[5] == b'/' => (6..10, 3..5, 0..2),
            d if d.len() >= 10 && d[4] == b'-' && d[7] == b'-' => (0..4, 5..7, 8..10),
            d if d.len() >= 8 => (0..4, 4..6, 6..8),
            _ => return None,
        };
        let length = year.end.max(day.end);
        if bytes.get(length).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let year = number(&bytes[year], 4..=4)?;
        let month = i8::try_from(number(&bytes[month], 2..=2)?).ok()?;
        let day = i8::try_from(number(&bytes[day], 2..=2)?).ok()?;
        let date = civil::Date::new(year, month, day).ok()?;
        Some(Self { day: Day::of(year, month, day).ok()?, date, length })
    }
}

fn number(digits: &[u8], length: std::ops::RangeInclusive<usize>) -> Option<i16> {
    if !length.contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |number, digit| number * 10 + i16::from(digit - b'0')))
}

/// Reads a birth date, which a time may follow.
pub(crate) fn birth_date(text: &str, today: Day) -> Result<Day, DomainError> {
    let written = WrittenDate::parse(text).map_err(|_| ValueError::DayUnreadable)?;
    Ok(domain::member::birth_date(written.day, today)?)
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
    fn a_date_is_read_in_the_formats_of_tills(#[case] text: &str, #[case] instant: &str) {
        let zone = parse_time_zone("Europe/Paris").unwrap();
        let (read, _) = WrittenDate::parse(text).unwrap().moment(None, &zone).unwrap();
        assert_eq!(read, parse_instant(instant).unwrap());
    }

    #[rstest]
    #[case("31/02/2026", Unreadable::Day)]
    #[case("2026-02-31", Unreadable::Day)]
    #[case("20260231", Unreadable::Day)]
    #[case("24/11/26", Unreadable::Day)]
    #[case("1/5/2026", Unreadable::Day)]
    #[case("11/24/2026", Unreadable::Day)]
    #[case("2026/11/24", Unreadable::Day)]
    #[case("202611241", Unreadable::Day)]
    #[case("45985", Unreadable::Day)]
    #[case("hier", Unreadable::Day)]
    #[case("", Unreadable::Day)]
    #[case("éééééééé", Unreadable::Day)]
    #[case("24/11/2026 25:00", Unreadable::Time)]
    #[case("24/11/2026 10h15", Unreadable::Time)]
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

    #[test]
    fn with_an_offset_the_day_is_that_of_the_establishment() {
        let zone = parse_time_zone("Europe/Paris").unwrap();
        let (_, day) =
            WrittenDate::parse("2026-11-24T23:30:00Z").unwrap().moment(None, &zone).unwrap();
        assert_eq!(day.to_string(), "2026-11-25");
    }
}
