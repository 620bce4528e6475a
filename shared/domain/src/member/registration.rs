//! A member's registration: the invitation to complete the registration, and the activation of the card
//! (*carte activée*).

use super::Person;
use crate::merchant::CardActivation;
use crate::values::calendar::whole_second;
use crate::{Account, Credential, Day, Instant, MemberError, MemberId, Sector, retention};

/// A step of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegistrationStep {
    /// When the step was made.
    pub at: Instant,
    /// The credential that recorded the step.
    pub by: Credential,
}

impl RegistrationStep {
    /// The later of two steps.
    pub(crate) fn later(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        one.into_iter().chain(other).max_by_key(|step| step.at)
    }
}

/// The steps of a registration that the merchant's software reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Registration {
    /// When the invitation to complete the registration was sent.
    pub invited_at: Option<Instant>,
    /// When the person completed the registration.
    pub activated_at: Option<Instant>,
}

/// The steps that a report added to a member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Noted {
    /// The invitation, which the person holds.
    pub invited: bool,
    /// The activation, which the account holds.
    pub activated: bool,
}

impl Registration {
    /// Notes the steps on a member, and returns the steps that are new. Each step happens once, so the first
    /// report of a step stays.
    ///
    /// # Errors
    /// * [`MemberError::InvitedBeforeCreation`] or [`MemberError::ActivatedBeforeCreation`] for a day before
    ///   the day of the creation: a wrong year would erase the member at once
    /// * [`MemberError::InvitedTooLongAgo`] for a first invitation of more than
    ///   [`retention::INVITATION_REPORT_DAYS`] before `now`: its period would be over soon, or at once
    pub fn note(
        &self,
        person: &mut Person,
        account: &mut Account,
        by: Credential,
        now: Instant,
    ) -> Result<Noted, MemberError> {
        let first_day = retention::day_of(person.created_at);
        let is_before =
            |at: Option<Instant>| at.is_some_and(|at| retention::day_of(at) < first_day);
        if is_before(self.invited_at) {
            return Err(MemberError::InvitedBeforeCreation);
        }
        if is_before(self.activated_at) {
            return Err(MemberError::ActivatedBeforeCreation);
        }
        let mut noted = Noted::default();
        if let (None, Some(at)) = (person.invited, self.invited_at) {
            if retention::day_of(at)
                < retention::day_of(now).plus_days(-retention::INVITATION_REPORT_DAYS)
            {
                return Err(MemberError::InvitedTooLongAgo);
            }
            person.invited = Some(RegistrationStep { at, by });
            noted.invited = true;
        }
        if let (None, Some(at)) = (account.activated, self.activated_at) {
            account.activated = Some(RegistrationStep { at, by });
            noted.activated = true;
        }
        Ok(noted)
    }
}

impl Person {
    /// Looks at the member on the day of the deadline, where that day is before the planned day. A deadline
    /// that has passed counts as `today`: the daily run does not read the months before the last one again.
    pub fn bring_due_forward(&mut self, account: &Account, sector: Sector, today: Day) {
        let (deadline, _) = retention::deadline(self, account, sector);
        self.due = self.due.map(|due| due.min(deadline.max(today)));
    }

    /// Takes the invitation of a member who is merged into this one. The later invitation counts. `account`
    /// is the account of both.
    pub fn merge_registration(
        &mut self,
        absorbed: &Self,
        account: &Account,
        sector: Sector,
        today: Day,
    ) {
        self.invited = RegistrationStep::later(self.invited, absorbed.invited);
        self.bring_due_forward(account, sector, today);
    }
}

impl Account {
    /// Activates the card of a person who is present. The activation is not before the creation of the
    /// member. Returns `false` where the card is activated already.
    pub fn activate(&mut self, member: MemberId, step: RegistrationStep) -> bool {
        if self.activated.is_some() {
            return false;
        }
        let at = step.at.max(whole_second(member.minted_at()));
        self.activated = Some(RegistrationStep { at, ..step });
        true
    }

    /// Activates the card by a use, where the merchant's rule allows it. A use before the day of the
    /// member's creation is the row of an old file, and activates nothing. Returns whether the card was
    /// activated.
    pub fn activate_by_use(
        &mut self,
        member: MemberId,
        rule: CardActivation,
        used: RegistrationStep,
    ) -> bool {
        let is_use = retention::day_of(used.at) >= retention::day_of(member.minted_at());
        rule == CardActivation::Use && is_use && self.activate(member, used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Details;
    use crate::{Consents, Enrolment, Mobile};
    use rstest::rstest;

    const CREATED: &str = "2026-09-01T10:00:00+02:00";

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn step(at: &str) -> RegistrationStep {
        RegistrationStep { at: instant(at), by: Credential::Operator }
    }

    fn person() -> Person {
        let created_at = instant(CREATED);
        Person {
            id: MemberId::mint(created_at, 1),
            mobile: Mobile::parse("0639980001").unwrap(),
            details: Details::default(),
            shares_email: false,
            consents: Consents::default(),
            enrolment: Enrolment::Till,
            created_at,
            created_by: Credential::Operator,
            invited: None,
            deletion: None,
            merged_into: None,
            blocked_cards: vec![],
            absorbed: vec![],
            due: None,
            version: 1,
        }
    }

    #[test]
    fn the_first_report_of_a_step_stays_with_the_credential_that_made_it() {
        let (mut person, mut account) = (person(), Account::default());
        let report = |invited: &str, activated: Option<&str>| Registration {
            invited_at: Some(instant(invited)),
            activated_at: activated.map(instant),
        };
        let now = instant("2026-09-15T10:00:00Z");
        let mut note = |report: Registration, by| report.note(&mut person, &mut account, by, now);
        let noted = |invited, activated| Ok(Noted { invited, activated });
        let first = report("2026-09-02T10:00:00Z", None);
        assert_eq!(note(first, Credential::Operator), noted(true, false));
        assert_eq!(note(first, Credential::Service), noted(false, false));
        let second = report("2026-09-09T10:00:00Z", Some("2026-09-10T10:00:00Z"));
        assert_eq!(note(second, Credential::Service), noted(false, true));
        let third = report("2026-09-11T10:00:00Z", Some("2026-09-12T10:00:00Z"));
        assert_eq!(note(third, Credential::Link), noted(false, false));
        assert_eq!(person.invited, Some(step("2026-09-02T10:00:00Z")));
        let by = Credential::Service;
        assert_eq!(
            account.activated,
            Some(RegistrationStep { by, ..step("2026-09-10T10:00:00Z") })
        );
    }

    #[rstest]
    // A clock some minutes behind the one that wrote the creation.
    #[case("2026-09-01T09:58:00+02:00", true)]
    #[case("2026-08-31T23:59:00+02:00", false)]
    #[case("2016-09-02T10:00:00+02:00", false)]
    fn a_step_before_the_day_of_the_creation_is_refused(#[case] at: &str, #[case] fits: bool) {
        let at = Some(instant(at));
        let invited = Registration { invited_at: at, ..Registration::default() };
        let activated = Registration { activated_at: at, ..Registration::default() };
        let note = |report: Registration| {
            let (mut person, mut account) = (person(), Account::default());
            let by = Credential::Operator;
            report.note(&mut person, &mut account, by, instant(CREATED)).map(|_| ())
        };
        let refused = |why| if fits { Ok(()) } else { Err(why) };
        assert_eq!(note(invited), refused(MemberError::InvitedBeforeCreation));
        assert_eq!(note(activated), refused(MemberError::ActivatedBeforeCreation));
    }

    #[rstest]
    #[case("2026-10-15T10:00:00+02:00", true)]
    #[case("2026-10-14T23:59:00+02:00", false)]
    #[case("2026-09-02T10:00:00+02:00", false)]
    fn a_first_invitation_of_more_than_thirty_days_ago_is_refused(
        #[case] at: &str,
        #[case] fits: bool,
    ) {
        let now = instant("2026-11-14T10:00:00+01:00");
        let (mut person, mut account) = (person(), Account::default());
        let report = Registration { invited_at: Some(instant(at)), activated_at: None };
        let mut note = || report.note(&mut person, &mut account, Credential::Operator, now);
        let noted = |invited| Noted { invited, activated: false };
        let refused = Err(MemberError::InvitedTooLongAgo);
        assert_eq!(note(), if fits { Ok(noted(true)) } else { refused });
        // The report of an invitation that is stored changes nothing, however old it is.
        person.invited = Some(step(at));
        let again = report.note(&mut person, &mut account, Credential::Operator, now);
        assert_eq!(again, Ok(noted(false)));
    }

    #[rstest]
    #[case::in_time("2026-11-01T10:00:00Z", "2026-12-02")]
    #[case::today("2026-12-01T10:00:00Z", "2026-12-02")]
    #[case::passed("2027-06-15T10:00:00Z", "2027-06-15")]
    fn a_deadline_that_has_passed_brings_the_member_s_day_forward_to_today(
        #[case] now: &str,
        #[case] due: &str,
    ) {
        let day = |text| Day::parse(text).unwrap();
        let invited = Some(step(CREATED));
        let mut person = Person { invited, due: Some(day("2029-09-02")), ..person() };
        let today = retention::day_of(instant(now));
        person.bring_due_forward(&Account::default(), Sector::Retail, today);
        assert_eq!(person.due, Some(day(due)));
    }

    #[rstest]
    #[case(CardActivation::Use, "2026-09-02T10:00:00Z", Some("2026-09-02T10:00:00Z"))]
    // A clock behind: the activation is at the creation.
    #[case(CardActivation::Use, "2026-09-01T07:00:00Z", Some("2026-09-01T08:00:00Z"))]
    // A row of an old file.
    #[case(CardActivation::Use, "2026-08-31T10:00:00Z", None)]
    #[case(CardActivation::Registration, "2026-09-02T10:00:00Z", None)]
    fn a_use_from_the_day_of_the_creation_on_activates_the_card_where_the_merchant_chose_it(
        #[case] rule: CardActivation,
        #[case] used: &str,
        #[case] activated: Option<&str>,
    ) {
        let member = MemberId::mint(instant(CREATED), 1);
        let mut account = Account::default();
        assert_eq!(account.activate_by_use(member, rule, step(used)), activated.is_some());
        assert_eq!(account.activated, activated.map(step));
        let again = account.activate_by_use(member, rule, step("2026-10-01T10:00:00Z"));
        assert_eq!(again, activated.is_none() && rule == CardActivation::Use);
    }

    #[test]
    fn a_person_who_is_present_activates_the_card_whatever_the_merchant_chose() {
        let member = MemberId::mint(instant(CREATED), 1);
        let mut account = Account::default();
        // The purchase of an old file, which says that the person was present.
        assert!(account.activate(member, step("2025-01-01T10:00:00Z")));
        assert_eq!(account.activated, Some(step("2026-09-01T08:00:00Z")));
        assert!(!account.activate(member, step("2026-09-05T10:00:00Z")));
    }
}
