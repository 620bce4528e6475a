//! The hours of SMS. Production always applies them.

use domain::Instant;
use jiff::tz::TimeZone;
use messaging::hours::{self, Opening, Window};

/// Whether the hours of SMS are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmsHours {
    /// The hours are applied.
    Applied,
    /// SMS are sent at any hour, so that a person can try a message at night. Only the recipients on the list of
    /// [`crate::Allowed`] receive it.
    Ignored,
}

impl SmsHours {
    /// The stage `live` applies the hours. Any other stage applies them unless the setting is `ignored`.
    #[must_use]
    pub fn of(stage: &str, setting: &str) -> Self {
        if stage != "live" && setting == "ignored" { Self::Ignored } else { Self::Applied }
    }

    /// Whether an SMS may be sent now to a recipient in the time zone `zone`.
    #[must_use]
    pub fn opening(self, now: Instant, zone: &TimeZone) -> Opening {
        match self {
            Self::Applied => hours::opening(now, Window::default(), zone),
            Self::Ignored => Opening::Open,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("live", "kept", SmsHours::Applied)]
    #[case("live", "ignored", SmsHours::Applied)]
    #[case("test", "kept", SmsHours::Applied)]
    #[case("test", "", SmsHours::Applied)]
    #[case("test", "ignored", SmsHours::Ignored)]
    fn production_applies_the_hours_whatever_the_setting(
        #[case] stage: &str,
        #[case] setting: &str,
        #[case] hours: SmsHours,
    ) {
        assert_eq!(SmsHours::of(stage, setting), hours);
    }
}
