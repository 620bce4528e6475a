//! Quiet hours: marketing is sent by SMS from Monday to Saturday during the day, by the recipient's clock,
//! and never on a Sunday or a public holiday (AF2M charter of 2024).

use crate::hours::holidays::is_public_holiday;
use domain::Instant;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

/// The hours of a day at which SMS may be sent. The end is excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Time,
    to: Time,
}

/// The hours are wider than the law or the charter allows, or they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must begin at 08:00 or later and end after that, at 21:30 at the latest")]
pub struct WindowError;

impl Window {
    /// The earliest hour.
    pub const EARLIEST: Time = Time::constant(8, 0, 0, 0);
    /// The latest hour. The 2024 charter has 22:00; a later version is reported to have 21:30.
    pub const LATEST: Time = Time::constant(21, 30, 0, 0);

    /// Hours from `from` to `to`, within 08:00 and 21:30. Wider hours, and hours that end before they
    /// begin, are a [`WindowError`].
    pub fn new(from: Time, to: Time) -> Result<Self, WindowError> {
        if Self::EARLIEST <= from && from < to && to <= Self::LATEST {
            Ok(Self { from, to })
        } else {
            Err(WindowError)
        }
    }
}

impl Default for Window {
    /// 08:00 to 20:00, the hours that providers apply.
    fn default() -> Self {
        Self { from: Self::EARLIEST, to: Time::constant(20, 0, 0, 0) }
    }
}

/// Whether an SMS may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// An SMS may be sent.
    Open,
    /// An SMS may be sent from this instant on.
    ClosedUntil(Instant),
}

/// Whether marketing may be sent by SMS `now` to a recipient in the time zone `zone`. The longest closing,
/// over Easter, is shorter than 4 days.
#[must_use]
pub fn opening(now: Instant, window: Window, zone: &TimeZone) -> Opening {
    let mut day = zone.to_datetime(now).date();
    loop {
        let at = |time| zone.to_ambiguous_timestamp(day.to_datetime(time)).compatible();
        match (is_open(day), at(window.from), at(window.to)) {
            (true, Ok(from), _) if now < from => return Opening::ClosedUntil(from),
            (true, Ok(_), Ok(to)) if now < to => return Opening::Open,
            _ => {}
        }
        match day.tomorrow() {
            Ok(tomorrow) => day = tomorrow,
            Err(_) => return Opening::ClosedUntil(Instant::MAX),
        }
    }
}

fn is_open(day: Date) -> bool {
    day.weekday() != Weekday::Sunday && !is_public_holiday(day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::values::calendar::{parse_instant, parse_time_zone};
    use jiff::civil::time;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Europe/Paris", "2026-11-24T08:00:00+01:00", None)]
    #[case("Europe/Paris", "2026-11-24T19:59:59+01:00", None)]
    #[case("Europe/Paris", "2026-11-24T07:59:59+01:00", Some("2026-11-24T08:00:00+01:00"))]
    #[case("Europe/Paris", "2026-11-24T20:00:00+01:00", Some("2026-11-25T08:00:00+01:00"))]
    // Saturday evening; a Sunday.
    #[case("Europe/Paris", "2026-11-28T20:00:00+01:00", Some("2026-11-30T08:00:00+01:00"))]
    #[case("Europe/Paris", "2026-11-29T12:00:00+01:00", Some("2026-11-30T08:00:00+01:00"))]
    // The Saturday before Easter, until the Tuesday.
    #[case("Europe/Paris", "2026-04-04T20:00:00+02:00", Some("2026-04-07T08:00:00+02:00"))]
    // A Wednesday that is a holiday.
    #[case("Europe/Paris", "2026-11-11T10:00:00+01:00", Some("2026-11-12T08:00:00+01:00"))]
    #[case("Europe/Paris", "2026-12-31T23:00:00+01:00", Some("2027-01-02T08:00:00+01:00"))]
    // The clock goes forward, and back, in the night to Sunday.
    #[case("Europe/Paris", "2026-03-28T20:00:00+01:00", Some("2026-03-30T08:00:00+02:00"))]
    #[case("Europe/Paris", "2026-03-30T06:00:00Z", None)]
    #[case("Europe/Paris", "2026-10-24T20:00:00+02:00", Some("2026-10-26T08:00:00+01:00"))]
    #[case("Europe/Paris", "2026-10-26T06:30:00Z", Some("2026-10-26T07:00:00Z"))]
    // The same instant is morning in Paris, noon on Réunion, night in Martinique.
    #[case("Indian/Reunion", "2026-11-24T08:00:00+01:00", None)]
    #[case("America/Martinique", "2026-11-24T08:00:00+01:00", Some("2026-11-24T08:00:00-04:00"))]
    // Already Sunday in Nouméa.
    #[case("Pacific/Noumea", "2026-11-28T15:00:00+01:00", Some("2026-11-30T08:00:00+11:00"))]
    fn sms_are_sent_during_the_day_by_the_recipients_clock(
        #[case] zone: &str,
        #[case] now: &str,
        #[case] opens: Option<&str>,
    ) {
        let instant = |text| parse_instant(text).unwrap();
        let opening = opening(instant(now), Window::default(), &parse_time_zone(zone).unwrap());
        let expected = opens.map_or(Opening::Open, |text| Opening::ClosedUntil(instant(text)));
        assert_eq!(opening, expected);
    }

    #[rstest]
    #[case(time(8, 0, 0, 0), time(21, 30, 0, 0), true)]
    #[case(time(10, 0, 0, 0), time(12, 0, 0, 0), true)]
    #[case(time(7, 59, 0, 0), time(20, 0, 0, 0), false)]
    #[case(time(8, 0, 0, 0), time(21, 31, 0, 0), false)]
    #[case(time(12, 0, 0, 0), time(12, 0, 0, 0), false)]
    #[case(time(12, 0, 0, 0), time(10, 0, 0, 0), false)]
    fn hours_may_be_narrower_and_not_wider(
        #[case] from: Time,
        #[case] to: Time,
        #[case] fits: bool,
    ) {
        assert_eq!(Window::new(from, to).is_ok(), fits);
    }

    #[test]
    fn the_last_instant_of_the_calendar_is_closed() {
        let end = opening(Instant::MAX, Window::default(), &TimeZone::UTC);
        assert_eq!(end, Opening::ClosedUntil(Instant::MAX));
    }

    proptest! {
        #[test]
        fn closed_hours_open_within_4_days_and_are_then_open(
            second in 0_i64..8_000_000_000,
            zone in prop::sample::select(vec![
                "Europe/Paris", "Indian/Reunion", "America/Miquelon", "Pacific/Noumea", "Pacific/Tahiti",
            ]),
            from in 480_i32..1289,
            length in 1_i32..720,
        ) {
            let minute = |count: i32| {
                Time::midnight().saturating_add(jiff::Span::new().minutes(count))
            };
            let window = Window::new(minute(from), minute((from + length).min(1290))).unwrap();
            let zone = parse_time_zone(zone).unwrap();
            let now = Instant::from_second(second).unwrap();
            if let Opening::ClosedUntil(opens) = opening(now, window, &zone) {
                prop_assert!(opens > now);
                prop_assert!(opens.as_second() - now.as_second() < 4 * 86_400);
                prop_assert_eq!(opening(opens, window, &zone), Opening::Open);
            }
        }
    }
}
