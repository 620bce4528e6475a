//! The guesses of a login: wrong passwords in a row, each with a longer wait than the one before.

use crate::Instant;
use jiff::ToSpan as _;

/// The most guesses of a login that are checked in an hour.
pub const GUESSES_PER_HOUR: u32 = 10;
/// The most guesses from one source address that are checked in an hour, unknown logins included.
pub const GUESSES_PER_SOURCE: u32 = 100;
/// The seconds after which a row of wrong guesses is forgotten.
const FORGOTTEN_SECONDS: i64 = 3_600;

/// The wrong guesses of a login in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guesses {
    /// The number of wrong guesses in a row.
    pub wrong: u32,
    /// When the last one was checked.
    pub last: Option<Instant>,
}

/// A guess that is not checked, because the one before was too recent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// The instant from which the next guess is checked.
    pub until: Instant,
}

impl Guesses {
    /// Whether a guess is checked now.
    ///
    /// After the n-th wrong guess in a row the next one waits 2ⁿ⁻¹ seconds, and after the tenth one hour. An hour
    /// without a guess ends the row. So no hour has more than [`GUESSES_PER_HOUR`] guesses that are checked.
    ///
    /// # Errors
    /// [`Wait`] with the instant from which a guess is checked.
    pub fn check(&self, now: Instant) -> Result<(), Wait> {
        let Some(last) = self.last else { return Ok(()) };
        let seconds = match self.wrong {
            0 => 0,
            wrong if wrong >= GUESSES_PER_HOUR => FORGOTTEN_SECONDS,
            wrong => 1_i64 << (wrong - 1),
        };
        let until = last + seconds.seconds();
        if now < until { Err(Wait { until }) } else { Ok(()) }
    }

    /// The guesses after one more wrong one.
    #[must_use]
    pub fn with_wrong(&self, now: Instant) -> Self {
        let forgotten = self.last.is_some_and(|last| now >= last + FORGOTTEN_SECONDS.seconds());
        let wrong = if forgotten { 1 } else { self.wrong.saturating_add(1) };
        Self { wrong, last: Some(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn at(second: i64) -> Instant {
        Instant::from_second(1_795_000_000 + second).unwrap()
    }

    #[rstest]
    #[case(1, 1)]
    #[case(2, 2)]
    #[case(3, 4)]
    #[case(9, 256)]
    #[case(10, 3_600)]
    #[case(11, 3_600)]
    fn the_wait_after_a_wrong_guess_doubles_up_to_an_hour(#[case] wrong: u32, #[case] wait: i64) {
        let guesses = Guesses { wrong, last: Some(at(0)) };
        assert_eq!(guesses.check(at(wait - 1)), Err(Wait { until: at(wait) }));
        assert_eq!(guesses.check(at(wait)), Ok(()));
    }

    #[test]
    fn a_first_guess_does_not_wait_and_an_hour_ends_a_row() {
        assert_eq!(Guesses::default().check(at(0)), Ok(()));
        let row = Guesses { wrong: 10, last: Some(at(0)) };
        assert_eq!(row.with_wrong(at(3_599)).wrong, 11);
        assert_eq!(row.with_wrong(at(3_600)).wrong, 1);
    }

    proptest! {
        #[test]
        fn no_hour_has_more_than_ten_checked_guesses(gaps in prop::collection::vec(0_i64..900, 1..200)) {
            let (mut guesses, mut checked, mut now) = (Guesses::default(), Vec::new(), 0);
            for gap in gaps {
                now += gap;
                if guesses.check(at(now)).is_ok() {
                    checked.push(now);
                    guesses = guesses.with_wrong(at(now));
                }
            }
            for begin in &checked {
                let within = checked.iter().filter(|at| (*begin..begin + 3_600).contains(at)).count();
                prop_assert!(within <= 10, "{within} guesses from {begin}");
            }
        }
    }
}
