//! The period of which the access log is read.

use crate::programme::ProgrammeError;
use crate::values::calendar::PARIS;
use crate::{Day, Instant, retention};

/// A period of the access log, from one instant until another, which is not part of it. The period may be
/// empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    from: Instant,
    until: Instant,
}

impl Period {
    /// The days from `first` to `last` in Europe/Paris, both included: by default all days for which entries are
    /// stored. The period is cut to these days, so it has at most twelve months and a day. A period outside of
    /// these days is empty.
    ///
    /// # Errors
    /// [`ProgrammeError::EndsBeforeItBegins`].
    pub fn of_days(
        first: Option<Day>,
        last: Option<Day>,
        now: Instant,
    ) -> Result<Self, ProgrammeError> {
        if first.zip(last).is_some_and(|(first, last)| last < first) {
            return Err(ProgrammeError::EndsBeforeItBegins);
        }
        let today = retention::day_of(now);
        let oldest = today.plus_months(-retention::ACCESS_LOG_MONTHS);
        let first = first.map_or(oldest, |day| day.max(oldest));
        let last = last.map_or(today, |day| day.min(today));
        Ok(Self { from: first.start(&PARIS), until: last.plus_days(1).start(&PARIS) })
    }

    /// The first instant.
    #[must_use]
    pub const fn from(self) -> Instant {
        self.from
    }

    /// The instant after the last one.
    #[must_use]
    pub const fn until(self) -> Instant {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn now() -> Instant {
        instant("2026-11-24T09:20:00Z")
    }

    fn day(text: &str) -> Option<Day> {
        (!text.is_empty()).then(|| Day::parse(text).unwrap())
    }

    #[rstest]
    #[case::everything("", "", "2025-11-23T23:00:00Z", "2026-11-24T23:00:00Z")]
    #[case::a_day("2026-07-14", "2026-07-14", "2026-07-13T22:00:00Z", "2026-07-14T22:00:00Z")]
    #[case::since("2026-11-01", "", "2026-10-31T23:00:00Z", "2026-11-24T23:00:00Z")]
    #[case::until("", "2026-03-31", "2025-11-23T23:00:00Z", "2026-03-31T22:00:00Z")]
    #[case::longer_than_stored(
        "2020-01-01",
        "2030-01-01",
        "2025-11-23T23:00:00Z",
        "2026-11-24T23:00:00Z"
    )]
    fn a_period_has_whole_days_of_paris_for_which_entries_are_stored(
        #[case] first: &str,
        #[case] last: &str,
        #[case] from: &str,
        #[case] until: &str,
    ) {
        let period = Period::of_days(day(first), day(last), now()).unwrap();
        assert_eq!((period.from(), period.until()), (instant(from), instant(until)));
    }

    #[rstest]
    #[case::long_ago("2020-01-01", "2020-12-31")]
    #[case::in_the_future("2030-01-01", "")]
    fn a_period_without_stored_days_is_empty(#[case] first: &str, #[case] last: &str) {
        let period = Period::of_days(day(first), day(last), now()).unwrap();
        assert!(period.from() >= period.until());
    }

    #[test]
    fn a_period_that_ends_before_it_begins_is_refused() {
        let refused = Period::of_days(day("2026-11-24"), day("2026-11-23"), now());
        assert_eq!(refused, Err(ProgrammeError::EndsBeforeItBegins));
    }

    proptest! {
        #[test]
        fn the_longest_period_leaves_out_no_entry_that_is_stored(
            seconds in 1_700_000_000..2_500_000_000_i64,
            ago in 0..40_000_000_i64,
        ) {
            let now = Instant::from_second(seconds).unwrap();
            let at = Instant::from_second(seconds - ago).unwrap();
            let period = Period::of_days(None, None, now).unwrap();
            let is_in = period.from() <= at && at < period.until();
            prop_assert!(is_in || super::super::stored_until(at) <= now);
        }
    }
}
