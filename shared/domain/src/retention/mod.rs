//! The deadlines of retention (*durées de conservation*): calendar months, in days of Europe/Paris.
//!
//! A period of months ends at midnight of its last day. What it holds is erased in the following night, by the
//! daily run of the day after.
//!
//! The CNIL asks that an opposition is stored for three years after the erasure (*liste repoussoir*), and
//! recommends that a log of accesses is stored for six to twelve months (*journalisation*). All other figures
//! come from the GDPR register.

use crate::values::calendar::PARIS;
use crate::values::word_enum::word_enum;
use crate::{Account, Day, Instant, Person, Sector};
use jiff::ToSpan as _;

/// The hours in which a member may cancel the request to delete the account.
pub const DELETION_HOURS: i64 = 72;
/// The months in which an invited person may activate the card.
pub const NEVER_ACTIVATED_MONTHS: i32 = 3;
/// The days after an invitation in which the merchant's software reports the invitation. So the person always
/// has two months after the report.
pub const INVITATION_REPORT_DAYS: i32 = 30;
/// The months for which a user of the service is stored after the last use.
pub const INACTIVE_MONTHS: i32 = 36;
/// As [`INACTIVE_MONTHS`], where the merchant is an optician.
pub const INACTIVE_OPTICAL_MONTHS: i32 = 60;
/// The months for which the keyed hash of an erased person's contact is stored, so that no file enrols the
/// person again.
pub const SUPPRESSED_MONTHS: i32 = 36;
/// The months for which an opposition is stored with the keyed hash of its contact, whether a member has the
/// contact or not.
pub const OPPOSITION_MONTHS: i32 = 36;
/// The months for which the record of an erasure is stored, as evidence of the erasure.
pub const ERASURE_RECORD_MONTHS: i32 = 12;
/// The months for which an entry of the access log is stored.
pub const ACCESS_LOG_MONTHS: i32 = 12;

word_enum! {
    /// Why a member is erased.
    pub enum ErasureReason {
        /// The person was invited, and did not activate the card in time.
        NeverActivated = "never_activated",
        /// The person did not use the service for the months that the sector allows.
        Inactive = "inactive",
        /// The person asked for the erasure (GDPR art. 17).
        Request = "request",
        /// The person objected to the processing (GDPR art. 21).
        Objection = "objection",
    }
}

/// The rows of files that the contact of an erased person blocks (*liste repoussoir*). A suppression never
/// blocks a person who asks for a card at a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppression {
    /// Every row: the person, who was erased on this day, does not want to be a member.
    EveryRow(Day),
    /// The rows dated up to this day: their data was erased, and a later row is about a later request.
    RowsUpTo(Day),
}

impl ErasureReason {
    /// Whether the person asked for the erasure. Otherwise a deadline was the reason.
    #[must_use]
    pub const fn is_asked_for(self) -> bool {
        match self {
            Self::Request | Self::Objection => true,
            Self::NeverActivated | Self::Inactive => false,
        }
    }
}

impl Suppression {
    /// The suppression that an erasure leaves.
    #[must_use]
    pub const fn of(reason: ErasureReason, erased_on: Day) -> Self {
        if reason.is_asked_for() { Self::EveryRow(erased_on) } else { Self::RowsUpTo(erased_on) }
    }

    /// The day of the erasure.
    #[must_use]
    pub const fn erased_on(self) -> Day {
        match self {
            Self::EveryRow(day) | Self::RowsUpTo(day) => day,
        }
    }

    /// Whether a row of a purchase of this day is blocked.
    #[must_use]
    pub fn blocks(self, sold_on: Day) -> bool {
        match self {
            Self::EveryRow(_) => true,
            Self::RowsUpTo(day) => sold_on <= day,
        }
    }
}

/// The day of an instant in Europe/Paris, where deadlines are computed.
#[must_use]
pub fn day_of(instant: Instant) -> Day {
    Day::at(instant, &PARIS)
}

/// The day after a period of months that begins on the day `from`: the period ends at the midnight with which
/// this day begins, and the daily run of this day erases.
#[must_use]
pub fn day_after(from: Day, months: i32) -> Day {
    from.plus_months(months).plus_days(1)
}

/// The day on which an invited member is erased whose card was never activated.
#[must_use]
pub fn never_activated_due(invited: Day) -> Day {
    day_after(invited, NEVER_ACTIVATED_MONTHS)
}

/// The day on which the account of a member is erased who asked for it at an instant. The daily run of this day begins
/// after the hours in which the member may cancel the request.
#[must_use]
pub fn deletion_due(asked: Instant) -> Day {
    day_of(asked + DELETION_HOURS.hours()).plus_days(1)
}

/// The day on which a member is erased unless the card is used before, and the reason.
///
/// The three months begin when an invitation was sent, and only for a card that is not activated. Any other
/// member is a user of the service, whose period begins with the last use: the last activity or purchase, the
/// activation, or the creation, whichever is the latest. A member who asked to delete the account is erased after
/// [`DELETION_HOURS`], unless another deadline comes first.
#[must_use]
pub fn deadline(person: &Person, account: &Account, sector: Sector) -> (Day, ErasureReason) {
    deadline_after_sign_in(person, account, None, sector)
}

/// As [`deadline`], where a sign-in is a use too. `last_connection` is the last one.
#[must_use]
pub fn deadline_after_sign_in(
    person: &Person,
    account: &Account,
    last_connection: Option<Instant>,
    sector: Sector,
) -> (Day, ErasureReason) {
    let (day, reason) = deadline_by_use(person, account, last_connection, sector);
    match person.deletion {
        Some(asked) if deletion_due(asked.at) <= day => {
            (deletion_due(asked.at), ErasureReason::Request)
        }
        _ => (day, reason),
    }
}

fn deadline_by_use(
    person: &Person,
    account: &Account,
    last_connection: Option<Instant>,
    sector: Sector,
) -> (Day, ErasureReason) {
    if let (Some(invited), None) = (person.invited, account.activated) {
        return (never_activated_due(day_of(invited.at)), ErasureReason::NeverActivated);
    }
    let activated_at = account.activated.map(|step| step.at);
    let last_active = [activated_at, account.last_activity, last_connection].into_iter().flatten();
    let last_active = day_of(last_active.fold(person.created_at, Instant::max));
    let last_use = account.last_purchase.map_or(last_active, |day| day.max(last_active));
    (day_after(last_use, inactive_months(sector)), ErasureReason::Inactive)
}

const fn inactive_months(sector: Sector) -> i32 {
    match sector {
        Sector::Retail => INACTIVE_MONTHS,
        Sector::Optical => INACTIVE_OPTICAL_MONTHS,
    }
}

/// The day after an erasure, on which data that the erasure may have left are looked for again.
#[must_use]
pub fn second_look(erased_on: Day) -> Day {
    erased_on.plus_days(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::{DeletionRequest, Details};
    use crate::{Consents, Credential, Enrolment, MemberId, Mobile, RegistrationStep};
    use rstest::rstest;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn step(at: &str) -> RegistrationStep {
        RegistrationStep { at: instant(at), by: Credential::Operator }
    }

    /// A member created on 1 September 2026 at ten.
    fn person(invited_at: Option<&str>) -> Person {
        let created_at = instant("2026-09-01T10:00:00+02:00");
        Person {
            id: MemberId::mint(created_at, 1),
            mobile: Mobile::parse("0639980001").unwrap(),
            details: Details::default(),
            shares_email: false,
            consents: Consents::default(),
            enrolment: Enrolment::Till,
            created_at,
            created_by: Credential::Operator,
            invited: invited_at.map(step),
            deletion: None,
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
    #[case("2026-09-15T10:00:00+02:00", "2026-12-16")]
    // The last day of a month that is longer than the one three months on.
    #[case("2026-11-30T10:00:00+01:00", "2027-03-01")]
    #[case("2027-11-30T10:00:00+01:00", "2028-03-01")]
    #[case("2026-12-31T10:00:00+01:00", "2027-04-01")]
    // Half past midnight in Paris is the day before in UTC.
    #[case("2026-09-15T00:30:00+02:00", "2026-12-16")]
    fn a_card_never_activated_is_erased_in_the_night_after_three_months_from_the_invitation(
        #[case] invited_at: &str,
        #[case] due: &str,
    ) {
        // A purchase that does not activate the card does not move the deadline.
        for account in
            [Account::default(), account(Some("2026-11-20T10:00:00+01:00"), Some("2026-11-20"))]
        {
            let (day, reason) = deadline(&person(Some(invited_at)), &account, Sector::Optical);
            assert_eq!(day.to_string(), due);
            assert_eq!(reason, ErasureReason::NeverActivated);
        }
    }

    #[rstest]
    #[case(None, None, "2029-09-02", "2031-09-02")]
    #[case(Some("2027-05-05T12:00:00+02:00"), Some("2027-05-05"), "2030-05-06", "2032-05-06")]
    // Rows of an old file.
    #[case(Some("2024-05-05T12:00:00+02:00"), Some("2024-05-05"), "2029-09-02", "2031-09-02")]
    fn a_member_who_was_never_invited_has_the_period_of_use_from_the_last_activity_or_the_creation(
        #[case] last_activity: Option<&str>,
        #[case] last_purchase: Option<&str>,
        #[case] retail: &str,
        #[case] optical: &str,
    ) {
        let account = account(last_activity, last_purchase);
        for (sector, due) in [(Sector::Retail, retail), (Sector::Optical, optical)] {
            let (day, reason) = deadline(&person(None), &account, sector);
            assert_eq!(day.to_string(), due);
            assert_eq!(reason, ErasureReason::Inactive);
        }
    }

    #[rstest]
    // Activated, and nothing since.
    #[case(None, None, "2029-10-02", "2031-10-02")]
    #[case(Some("2027-05-05T12:00:00+02:00"), Some("2027-05-05"), "2030-05-06", "2032-05-06")]
    // A purchase before the activation, sent late.
    #[case(Some("2026-09-02T12:00:00+02:00"), Some("2026-09-02"), "2029-10-02", "2031-10-02")]
    // A login or a click later than the last purchase.
    #[case(Some("2027-06-06T12:00:00+02:00"), Some("2027-05-05"), "2030-06-07", "2032-06-07")]
    // A receipt of the next day already, where the establishment's day begins before that of Paris.
    #[case(Some("2027-05-05T22:30:00+02:00"), Some("2027-05-06"), "2030-05-07", "2032-05-07")]
    #[case(Some("2028-02-29T12:00:00+01:00"), Some("2028-02-29"), "2031-03-01", "2033-03-01")]
    fn an_activated_card_is_erased_three_years_after_its_last_use_and_five_for_an_optician(
        #[case] last_activity: Option<&str>,
        #[case] last_purchase: Option<&str>,
        #[case] retail: &str,
        #[case] optical: &str,
    ) {
        let activated = Some(step("2026-10-01T10:00:00+02:00"));
        let account = Account { activated, ..account(last_activity, last_purchase) };
        for invited_at in [None, Some("2026-09-15T10:00:00+02:00")] {
            for (sector, due) in [(Sector::Retail, retail), (Sector::Optical, optical)] {
                let (day, reason) = deadline(&person(invited_at), &account, sector);
                assert_eq!(day.to_string(), due);
                assert_eq!(reason, ErasureReason::Inactive);
            }
        }
    }

    #[rstest]
    #[case("2026-11-30", 3, "2027-03-01")]
    #[case("2028-02-29", 36, "2031-03-01")]
    #[case("2026-12-31", 12, "2028-01-01")]
    fn a_period_of_months_ends_at_midnight_of_its_last_day(
        #[case] from: &str,
        #[case] months: i32,
        #[case] after: &str,
    ) {
        assert_eq!(day_after(Day::parse(from).unwrap(), months).to_string(), after);
    }

    #[rstest]
    #[case(ErasureReason::NeverActivated, false)]
    #[case(ErasureReason::Inactive, false)]
    #[case(ErasureReason::Request, true)]
    #[case(ErasureReason::Objection, true)]
    fn a_deadline_blocks_the_rows_up_to_the_erasure_and_a_request_or_an_objection_blocks_every_row(
        #[case] reason: ErasureReason,
        #[case] later_is_blocked: bool,
    ) {
        let day = |text| Day::parse(text).unwrap();
        let suppression = Suppression::of(reason, day("2026-12-01"));
        assert_eq!(suppression.erased_on(), day("2026-12-01"));
        assert!(suppression.blocks(day("2024-01-15")) && suppression.blocks(day("2026-12-01")));
        assert_eq!(suppression.blocks(day("2026-12-02")), later_is_blocked);
    }

    #[test]
    fn a_reason_reads_back() {
        for reason in ErasureReason::ALL {
            assert_eq!(ErasureReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(ErasureReason::parse("tired"), None);
    }

    #[test]
    fn remaining_data_are_looked_for_on_the_day_after_the_erasure() {
        let day = |text| Day::parse(text).unwrap();
        assert_eq!(second_look(day("2026-12-31")), day("2027-01-01"));
    }

    #[rstest]
    #[case::by_day("2026-11-30T10:00:00+01:00", "2026-12-04")]
    #[case::before_midnight("2026-11-30T23:59:59+01:00", "2026-12-04")]
    #[case::after_midnight("2026-12-01T00:00:00+01:00", "2026-12-05")]
    fn a_member_who_asks_to_delete_the_account_is_erased_after_72_hours(
        #[case] asked: &str,
        #[case] due: &str,
    ) {
        let (account, sector) = (Account::default(), Sector::Retail);
        let mut person = Person { due: Some(Day::parse("2029-09-02").unwrap()), ..person(None) };
        let request = DeletionRequest { at: instant(asked), by: Credential::Member };
        assert!(person.ask_for_deletion(&account, sector, request));
        assert!(!person.ask_for_deletion(&account, sector, request), "the first request stays");
        let (day, reason) = deadline(&person, &account, sector);
        assert_eq!((day.to_string().as_str(), reason), (due, ErasureReason::Request));
        assert_eq!(person.due, Some(day));
        let signed_in = Some(instant("2026-12-02T10:00:00Z"));
        assert_eq!(deadline_after_sign_in(&person, &account, signed_in, sector), (day, reason));
        assert!(day.to_string() > day_of(instant(asked) + DELETION_HOURS.hours()).to_string());
        assert!(person.cancel_deletion());
        assert!(!person.cancel_deletion());
        assert_eq!(deadline(&person, &account, sector).1, ErasureReason::Inactive);
    }

    #[test]
    fn a_deadline_before_the_deletion_keeps_its_day_and_its_reason() {
        let account = Account::default();
        let mut person = person(Some("2026-09-02T10:00:00Z"));
        let request =
            DeletionRequest { at: instant("2026-12-01T10:00:00Z"), by: Credential::Member };
        person.ask_for_deletion(&account, Sector::Retail, request);
        let (day, reason) = deadline(&person, &account, Sector::Retail);
        assert_eq!(
            (day.to_string().as_str(), reason),
            ("2026-12-03", ErasureReason::NeverActivated)
        );
    }
}
