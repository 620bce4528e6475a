//! Days, months and instants. Months are calendar months: 30 November plus three months is the last day of
//! February.

use crate::ValueError;
use jiff::{ToSpan, civil, tz::TimeZone};

/// An instant, in UTC.
pub type Instant = jiff::Timestamp;

/// The time zone of merchants and of schedules, except where an establishment has its own.
pub static PARIS: TimeZone = jiff::tz::get!("Europe/Paris");

/// A day of the calendar, such as the day printed on a receipt, in the establishment's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    /// The first day from which a rule may be valid: before every purchase.
    pub const FIRST: Self = Self(civil::date(1900, 1, 1));

    /// A day from its parts.
    ///
    /// # Errors
    /// [`ValueError::DayUnreadable`] for 31 February and for years outside of 1900–2199.
    pub fn of(year: i16, month: i8, day: i8) -> Result<Self, ValueError> {
        match civil::Date::new(year, month, day) {
            Ok(date) if (1900..2200).contains(&year) => Ok(Self(date)),
            _ => Err(ValueError::DayUnreadable),
        }
    }

    /// Reads `2026-11-24`.
    ///
    /// # Errors
    /// As [`Day::of`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return Err(ValueError::DayUnreadable);
        }
        let part = |range: std::ops::Range<usize>| -> Option<i16> { text.get(range)?.parse().ok() };
        match (part(0..4), part(5..7), part(8..10)) {
            (Some(year), Some(month), Some(day)) => Self::of(
                year,
                i8::try_from(month).map_err(|_| ValueError::DayUnreadable)?,
                i8::try_from(day).map_err(|_| ValueError::DayUnreadable)?,
            ),
            _ => Err(ValueError::DayUnreadable),
        }
    }

    /// The day of an instant in a time zone.
    #[must_use]
    pub fn at(instant: Instant, zone: &TimeZone) -> Self {
        Self(zone.to_datetime(instant).date())
    }

    /// The instant at which the day begins in a time zone.
    #[must_use]
    pub fn start(self, zone: &TimeZone) -> Instant {
        zone.to_ambiguous_timestamp(self.0.at(0, 0, 0, 0))
            .compatible()
            .unwrap_or(Instant::UNIX_EPOCH)
    }

    /// The instant of a time of the day in a time zone. A time that the clock skips is the instant after.
    #[must_use]
    pub fn time(self, hour: i8, minute: i8, second: i8, zone: &TimeZone) -> Option<Instant> {
        let time = civil::Time::new(hour, minute, second, 0).ok()?;
        zone.to_ambiguous_timestamp(self.0.to_datetime(time)).compatible().ok()
    }

    /// The day a number of calendar months later, or the last day of that month where it is shorter.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self(self.0.saturating_add(months.months()))
    }

    /// The day a number of days later.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days.days()))
    }

    /// The last day of the month.
    #[must_use]
    pub fn month_end(self) -> Self {
        Self(self.0.last_of_month())
    }

    /// The month of the year, 1 to 12.
    #[must_use]
    pub fn month_of_year(self) -> i8 {
        self.0.month()
    }

    /// The day of the week, from Monday (0) to Sunday (6).
    #[must_use]
    pub fn weekday(self) -> u8 {
        self.0.weekday().to_monday_zero_offset().unsigned_abs()
    }

    /// The same day and month in the year of `today`. 29 February is the 28th in a common year.
    #[must_use]
    pub fn in_year_of(self, today: Self) -> Self {
        self.plus_months((i32::from(today.0.year()) - i32::from(self.0.year())) * 12)
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i16 {
        self.0.year()
    }

    /// The minute of the day at an instant, in a time zone.
    #[must_use]
    pub fn minute_at(instant: Instant, zone: &TimeZone) -> u16 {
        let time = zone.to_datetime(instant).time();
        u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
    }

    /// The calendar month of the day.
    #[must_use]
    pub fn month(self) -> Month {
        Month(i32::from(self.0.year()) * 12 + i32::from(self.0.month()) - 1)
    }

    /// The number of days since 1 January 1970, for compact storage.
    #[must_use]
    pub fn ordinal(self) -> i32 {
        civil::date(1970, 1, 1).until(self.0).map_or(0, |span| span.get_days())
    }

    /// The day of an ordinal that [`Day::ordinal`] gave.
    #[must_use]
    pub fn from_ordinal(ordinal: i32) -> Self {
        Self(civil::date(1970, 1, 1).saturating_add(ordinal.days()))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A calendar month, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month of an ordinal that [`Month::ordinal`] gave.
    #[must_use]
    pub const fn from_ordinal(ordinal: i32) -> Self {
        Self(ordinal)
    }

    /// Reads `2026-11`.
    ///
    /// # Errors
    /// [`ValueError::DayUnreadable`].
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        Day::parse(&format!("{text}-01")).map(Day::month)
    }

    /// The number of months since year 0.
    #[must_use]
    pub const fn ordinal(self) -> i32 {
        self.0
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

crate::serde_as_text!(Day, Month);

/// Reads an instant with its offset: `2026-11-24T10:15:00+01:00` or `…Z`.
///
/// # Errors
/// [`ValueError::InstantUnreadable`], also for an instant without offset.
pub fn parse_instant(text: &str) -> Result<Instant, ValueError> {
    text.parse().map_err(|_| ValueError::InstantUnreadable)
}

/// An instant without its fraction of a second: the table and the answers have most instants in whole
/// seconds.
#[must_use]
pub fn whole_second(at: Instant) -> Instant {
    // The whole second of a valid instant is always valid.
    Instant::from_second(at.as_second()).unwrap_or(at)
}

/// Reads the name of a time zone.
///
/// # Errors
/// [`ValueError::TimeZone`].
pub fn parse_time_zone(name: &str) -> Result<TimeZone, ValueError> {
    TimeZone::get(name).map_err(|_| ValueError::TimeZone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn days_and_months_in_json_are_their_texts() {
        let day = Day::parse("2026-11-24").unwrap();
        assert_eq!(
            serde_json::to_string(&(day, day.month())).unwrap(),
            r#"["2026-11-24","2026-11"]"#
        );
        assert_eq!(serde_json::from_str::<Month>("\"2026-11\"").unwrap(), day.month());
        for text in ["\"2026-13\"", "\"11\"", "\"2026-11-24\"", "11"] {
            assert!(serde_json::from_str::<Month>(text).is_err(), "{text}");
        }
    }

    #[rstest]
    #[case("2025-11-30", 3, "2026-02-28")]
    #[case("2027-11-30", 3, "2028-02-29")]
    #[case("2026-01-31", 1, "2026-02-28")]
    #[case("2024-02-29", 36, "2027-02-28")]
    #[case("2026-08-24", 3, "2026-11-24")]
    fn months_are_calendar_months(#[case] from: &str, #[case] months: i32, #[case] to: &str) {
        assert_eq!(Day::parse(from).unwrap().plus_months(months).to_string(), to);
    }

    #[rstest]
    #[case("2026-02-31")]
    #[case("2026-13-01")]
    #[case("26-01-01")]
    #[case("2026/01/01")]
    #[case("")]
    #[case("éééééé")]
    fn a_text_that_is_not_a_day_of_the_calendar_is_refused(#[case] text: &str) {
        assert_eq!(Day::parse(text), Err(ValueError::DayUnreadable));
    }

    #[test]
    fn the_day_of_an_instant_depends_on_the_time_zone() {
        let instant = parse_instant("2026-11-24T22:30:00Z").unwrap();
        let at = |zone| Day::at(instant, &parse_time_zone(zone).unwrap()).to_string();
        assert_eq!(at("Europe/Paris"), "2026-11-24");
        assert_eq!(at("Indian/Reunion"), "2026-11-25");
    }

    #[test]
    fn an_instant_without_its_offset_is_refused() {
        assert_eq!(parse_instant("2026-11-24T10:15:00"), Err(ValueError::InstantUnreadable));
    }

    #[test]
    fn an_ordinal_reads_back() {
        for text in ["1900-01-01", "1969-12-31", "1970-01-01", "2026-11-24"] {
            let day = Day::parse(text).unwrap();
            assert_eq!(Day::from_ordinal(day.ordinal()), day);
        }
        assert_eq!(Day::parse("2026-11-24").unwrap().month().to_string(), "2026-11");
    }
}
