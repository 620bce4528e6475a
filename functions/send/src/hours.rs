//! The hours of SMS, which hold in production whatever is asked for.

use domain::Instant;
use jiff::tz::TimeZone;
use messaging::{Opening, Window, quiet_hours};

/// Whether the hours of SMS are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// Always, in production.
    Kept,
    /// Never closed, so that a message can be tried at night: only those on the list of
    /// [`crate::Allowed`] get it.
    Ignored,
}

impl Hours {
    /// The stage `live` keeps them; any other does unless `wanted` is `ignored`.
    #[must_use]
    pub fn of(stage: &str, wanted: &str) -> Self {
        if stage != "live" && wanted == "ignored" { Self::Ignored } else { Self::Kept }
    }

    /// Whether an SMS may go now to somebody whose clock is `zone`'s.
    #[must_use]
    pub fn opening(self, now: Instant, zone: &TimeZone) -> Opening {
        match self {
            Self::Kept => quiet_hours::opening(now, Window::default(), zone),
            Self::Ignored => Opening::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("live", "kept", Hours::Kept)]
    #[case("live", "ignored", Hours::Kept)]
    #[case("test", "kept", Hours::Kept)]
    #[case("test", "", Hours::Kept)]
    #[case("test", "ignored", Hours::Ignored)]
    fn production_keeps_the_hours_whatever_is_asked_for(
        #[case] stage: &str,
        #[case] wanted: &str,
        #[case] hours: Hours,
    ) {
        assert_eq!(Hours::of(stage, wanted), hours);
    }
}
