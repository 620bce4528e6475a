//! The access log (*journal des accès*): which person signed in or saw personal data, when, from where, and
//! whose data.
//!
//! The GDPR register asks for it: "every user access is logged with identifier, date and time of connection".
//! The log has the accesses of persons. The requests of keys are not part of it, and neither are the members
//! who read their own pages.

mod actor;
mod client_address;
mod event;
mod members_shown;
mod period;

pub use actor::Actor;
pub use client_address::ClientAddress;
pub use event::AccessEvent;
pub use members_shown::MembersShown;
pub use period::Period;

use crate::values::calendar::PARIS;
use crate::{Instant, retention};

/// An entry of the access log. Entries are never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// When. An entry is stored in milliseconds.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What happened.
    pub event: AccessEvent,
    /// The network address that the request came from. `None` where the request names no address.
    pub source: Option<ClientAddress>,
    /// The members whose data the access showed. Signing in shows nobody.
    pub members: MembersShown,
}

/// The instant from which an entry is no longer stored.
#[must_use]
pub fn stored_until(at: Instant) -> Instant {
    retention::day_after(retention::day_of(at), retention::ACCESS_LOG_MONTHS).start(&PARIS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-24T09:20:00Z", "2027-11-25T00:00:00+01:00")]
    // The last day of February in a leap year.
    #[case("2028-02-29T12:00:00Z", "2029-03-01T00:00:00+01:00")]
    // Half past midnight in Paris is the day before in UTC.
    #[case("2026-07-31T22:30:00Z", "2027-08-02T00:00:00+02:00")]
    fn an_entry_is_stored_for_twelve_months_until_midnight_in_paris(
        #[case] at: &str,
        #[case] until: &str,
    ) {
        let instant = |text: &str| text.parse::<Instant>().unwrap();
        assert_eq!(stored_until(instant(at)), instant(until));
    }
}
