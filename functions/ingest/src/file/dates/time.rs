//! Times as files write them.

use super::day::Parts;
use super::{Unreadable, number};
use jiff::tz;

/// A time as a file writes it, perhaps with an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrittenTime {
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) offset: Option<tz::Offset>,
}

impl WrittenTime {
    /// Reads `9:05`, `10:15`, `10:15:30` or `10:15:30.123`, alone or before `Z`, `UTC`,
    /// `+01:00`, `GMT+0100` or `+01:00[Europe/Paris]`, a time as people
    /// write it (`14h`, `14h05`, `14 h 5`, `14h05min30s`, `à 14:05`, `2:05 p.m.`), and digits alone: `1405`, `905`,
    /// `140530`. The day before a time is passed over: `1899-12-30 14:05:00`.
    pub(crate) fn parse(text: &str) -> Result<Self, Unreadable> {
        let text = text.trim();
        Self::read(text.strip_prefix(['à', 'À', 'T']).unwrap_or(text))
            .or_else(|| {
                let (_, length) = Parts::read(text.as_bytes())?;
                Self::after_date(text.get(length..)?.trim())
            })
            .ok_or(Unreadable::Time)
    }

    /// Reads a time that follows a date, with what joins the two: `T10:15`, `à 14:05`, `- 14:05`, `, 14:05`.
    pub(super) fn after_date(text: &str) -> Option<Self> {
        let joints = ["T", "à", "À", "a ", "at ", ",", "- ", "\u{2013} "];
        let joint = joints.iter().find_map(|joint| text.strip_prefix(joint));
        Self::read(joint.unwrap_or(text).trim_start())
    }

    fn read(text: &str) -> Option<Self> {
        let text = without_name_of_zone(text);
        let (clock, offset) = match text.find(['Z', '+', '-']) {
            Some(at) => (&text[..at], Some(read_offset(&text.as_bytes()[at..])?)),
            None => (text, None),
        };
        let (clock, offset) = match without_utc(clock) {
            Some(clock) => (clock, offset.or(Some(tz::Offset::UTC))),
            None => (clock, offset),
        };
        let (clock, afternoon) = half_of_day(clock.trim());
        let Clock { hour, minute, second } =
            Clock::in_digits(clock, afternoon.is_some()).or_else(|| Clock::read(clock))?;
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

/// The numbers of a time, which may be those of no time.
struct Clock {
    hour: i16,
    minute: i16,
    second: i16,
}

impl Clock {
    /// Reads a time with a unit or a colon after its hour.
    fn read(clock: &str) -> Option<Self> {
        let at = clock.find([':', 'h', 'H'])?;
        let in_words = &clock[at..=at] != ":";
        let clock = if in_words { clock } else { clock.trim_end_matches(['h', 'H']).trim_end() };
        let hour = number(clock[..at].trim_end().as_bytes(), 1..=2)?;
        let (minute, rest) = digits(clock[at + 1..].trim_start());
        let minute = match minute {
            "" if in_words && rest.is_empty() => 0,
            minute if in_words => number(minute.as_bytes(), 1..=2)?,
            minute => number(minute.as_bytes(), 2..=2)?,
        };
        let second = match without_unit(rest, &[":", "min", "mn", "m", "'", "\u{2019}"]) {
            "" => 0,
            seconds => read_seconds(without_unit_after(seconds))?,
        };
        Some(Self { hour, minute, second })
    }

    /// Reads a time of digits alone. Its first zero may be lost: `905`. An hour alone has its half of the day: `2 PM`.
    fn in_digits(clock: &str, has_half_of_day: bool) -> Option<Self> {
        let (clock, rest) = digits(clock);
        let part = |from: usize, to: usize| number(clock.as_bytes().get(from..to)?, 1..=2);
        let is_whole = rest.is_empty() || super::is_fraction_of_zero(rest);
        let length = clock.len();
        match length {
            _ if !is_whole => None,
            1..=2 if has_half_of_day => Some(Self { hour: part(0, length)?, minute: 0, second: 0 }),
            3..=4 => Some(Self {
                hour: part(0, length - 2)?,
                minute: part(length - 2, length)?,
                second: 0,
            }),
            5..=6 => Some(Self {
                hour: part(0, length - 4)?,
                minute: part(length - 4, length - 2)?,
                second: part(length - 2, length)?,
            }),
            _ => None,
        }
    }
}

/// A time without the name of a time zone after its offset: `14:05+01:00[Europe/Paris]`, `14:05:00 GMT+0100 (heure
/// normale d’Europe centrale)`. Without an offset the name says when it was, so the time is not read.
fn without_name_of_zone(text: &str) -> &str {
    let named = text.strip_suffix([']', ')']).and_then(|text| text.split_once(['[', '(']));
    match named {
        Some((time, _)) if time.contains(['Z', '+', '-']) => time.trim_end(),
        _ => text,
    }
}

/// The time before `UTC` or `GMT`; `None` for another time.
fn without_utc(clock: &str) -> Option<&str> {
    let clock = clock.trim_end();
    ["UTC", "GMT"].iter().find_map(|name| clock.strip_suffix(name))
}

/// A time of the twelve-hour clock without its `AM` or `p.m.`, and whether the time is after noon.
fn half_of_day(clock: &str) -> (&str, Option<bool>) {
    const HALVES: [(&str, bool); 8] = [
        ("am", false),
        ("a.m.", false),
        ("a. m.", false),
        ("a.m", false),
        ("pm", true),
        ("p.m.", true),
        ("p. m.", true),
        ("p.m", true),
    ];
    for (suffix, afternoon) in HALVES {
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
