//! The deadlines of retention (*durées de conservation*): calendar months, in days of Europe/Paris.
//!
//! The CNIL asks that an opposition is stored for three years after the erasure (*liste repoussoir*). All
//! other figures come from the GDPR register.

use crate::values::calendar::PARIS;
use crate::values::word_enum::word_enum;
use crate::{Account, Day, Instant, Person, Sector};

/// The months in which an invited person may complete the registration.
pub const NEVER_ACTIVATED_MONTHS: i32 = 3;
/// The months for which a member with an activated card is stored after the last use.
pub const INACTIVE_MONTHS: i32 = 36;
/// As [`INACTIVE_MONTHS`], where the merchant is an optician.
pub const INACTIVE_OPTICAL_MONTHS: i32 = 60;
/// The months for which the keyed hash of an erased person's contact is stored, so that no file enrols the
/// person again.
pub const SUPPRESSED_MONTHS: i32 = 36;
/// The months for which the record of an erasure is stored, as evidence of the erasure.
pub const ERASURE_RECORD_MONTHS: i32 = 12;

word_enum! {
    /// Why a member is erased.
    pub enum ErasureReason {
        /// The person did not complete the registration in time.
        NeverActivated = "never_activated",
        /// The person did not use the card for the months that the sector allows.
        Inactive = "inactive",
    }
}

/// The day of an instant in Europe/Paris, where deadlines are computed.
#[must_use]
pub fn day_of(instant: Instant) -> Day {
    Day::at(instant, &PARIS)
}

/// The day on which a member whose card was never activated is erased: three calendar months after the
/// invitation, or after the member's creation where no invitation was sent.
#[must_use]
pub fn never_activated_due(invited_or_created: Day) -> Day {
    invited_or_created.plus_months(NEVER_ACTIVATED_MONTHS)
}

/// The day on which a member is erased unless the card is used before, and the reason. The last use is the
/// last activity of the account, or the activation where that is later. Purchases do not move the deadline
/// while the card is not activated.
#[must_use]
pub fn deadline(person: &Person, account: &Account, sector: Sector) -> (Day, ErasureReason) {
    let Some(activated_at) = person.activated_at else {
        let from = person.invited_at.unwrap_or(person.created_at);
        return (never_activated_due(day_of(from)), ErasureReason::NeverActivated);
    };
    let last_active = account.last_activity.map_or(activated_at, |at| at.max(activated_at));
    let last_active = day_of(last_active);
    let last_use = account.last_purchase.map_or(last_active, |day| day.max(last_active));
    let months = match sector {
        Sector::Retail => INACTIVE_MONTHS,
        Sector::Optical => INACTIVE_OPTICAL_MONTHS,
    };
    (last_use.plus_months(months), ErasureReason::Inactive)
}

/// The day after an erasure, on which data that the erasure may have left are looked for again.
#[must_use]
pub fn second_look(erased_on: Day) -> Day {
    Day::from_ordinal(erased_on.ordinal() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Details;
    use crate::{Consents, Enrolment, MemberId, Mobile};
    use rstest::rstest;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    /// A member created on 1 September 2026 at ten.
    fn person(invited_at: Option<&str>, activated_at: Option<&str>) -> Person {
        let created_at = instant("2026-09-01T10:00:00+02:00");
        Person {
            id: MemberId::mint(created_at, 1),
            mobile: Mobile::parse("0639980001").unwrap(),
            details: Details::default(),
            shares_email: false,
            consents: Consents::default(),
            enrolment: Enrolment::Till,
            created_at,
            invited_at: invited_at.map(instant),
            activated_at: activated_at.map(instant),
            merged_into: None,
            blocked_cards: vec![],
            absorbed: vec![],
            due: None,
            version: 1,
        }
    }

    fn account(last_activity: Option<&str>, last_purchase: Option<&str>) -> Account {
        Account {
            last_activity: last_activity.map(instant),
            last_purchase: last_purchase.map(|day| Day::parse(day).unwrap()),
            ..Account::default()
        }
    }

    #[rstest]
    #[case(None, "2026-12-01")]
    #[case(Some("2026-09-15T10:00:00+02:00"), "2026-12-15")]
    // The last day of a month that is longer than the one three months on.
    #[case(Some("2026-11-30T10:00:00+01:00"), "2027-02-28")]
    #[case(Some("2027-11-30T10:00:00+01:00"), "2028-02-29")]
    #[case(Some("2026-12-31T10:00:00+01:00"), "2027-03-31")]
    // Half past midnight in Paris is the day before in UTC.
    #[case(Some("2026-09-15T00:30:00+02:00"), "2026-12-15")]
    fn a_card_never_activated_is_due_three_months_after_the_invitation(
        #[case] invited_at: Option<&str>,
        #[case] due: &str,
    ) {
        // Purchases do not move the deadline while the card is not activated.
        for account in
            [Account::default(), account(Some("2026-11-20T10:00:00+01:00"), Some("2026-11-20"))]
        {
            let (day, reason) = deadline(&person(invited_at, None), &account, Sector::Optical);
            assert_eq!(day.to_string(), due);
            assert_eq!(reason, ErasureReason::NeverActivated);
        }
    }

    #[rstest]
    // Activated, and nothing since.
    #[case(None, None, "2029-10-01", "2031-10-01")]
    #[case(Some("2027-05-05T12:00:00+02:00"), Some("2027-05-05"), "2030-05-05", "2032-05-05")]
    // A purchase before the activation, sent late.
    #[case(Some("2026-09-02T12:00:00+02:00"), Some("2026-09-02"), "2029-10-01", "2031-10-01")]
    // A login or a click later than the last purchase.
    #[case(Some("2027-06-06T12:00:00+02:00"), Some("2027-05-05"), "2030-06-06", "2032-06-06")]
    // A receipt of the next day already, where the establishment's day begins before that of Paris.
    #[case(Some("2027-05-05T22:30:00+02:00"), Some("2027-05-06"), "2030-05-06", "2032-05-06")]
    #[case(Some("2028-02-29T12:00:00+01:00"), Some("2028-02-29"), "2031-02-28", "2033-02-28")]
    fn an_activated_card_is_due_three_years_after_its_last_use_and_five_for_an_optician(
        #[case] last_activity: Option<&str>,
        #[case] last_purchase: Option<&str>,
        #[case] retail: &str,
        #[case] optical: &str,
    ) {
        let person = person(Some("2026-09-15T10:00:00+02:00"), Some("2026-10-01T10:00:00+02:00"));
        let account = account(last_activity, last_purchase);
        for (sector, due) in [(Sector::Retail, retail), (Sector::Optical, optical)] {
            let (day, reason) = deadline(&person, &account, sector);
            assert_eq!(day.to_string(), due);
            assert_eq!(reason, ErasureReason::Inactive);
        }
    }

    #[test]
    fn a_reason_reads_back() {
        for reason in [ErasureReason::NeverActivated, ErasureReason::Inactive] {
            assert_eq!(ErasureReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(ErasureReason::parse("tired"), None);
    }

    #[test]
    fn remaining_data_are_looked_for_on_the_day_after_the_erasure() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(second_look(day("2026-12-31")), day("2027-01-01"));
    }
}
