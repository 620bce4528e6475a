//! A member's registration: the invitation to complete the registration, and its completion
//! (*carte activée*).

use super::Person;
use crate::{Instant, MemberError, retention};

/// The steps of a registration that the merchant's software reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Registration {
    /// When the invitation to complete the registration was sent.
    pub invited_at: Option<Instant>,
    /// When the person completed the registration.
    pub activated_at: Option<Instant>,
}

impl Registration {
    /// Notes the steps on a person, and returns whether the person changed. Each step happens once, so the
    /// first report of a step stays.
    ///
    /// # Errors
    /// [`MemberError::InvitedBeforeCreation`] or [`MemberError::ActivatedBeforeCreation`] for a day before the
    /// day of the creation: a wrong year would erase the member at once.
    pub fn note(&self, person: &mut Person) -> Result<bool, MemberError> {
        let first_day = retention::day_of(person.created_at);
        let is_before =
            |at: Option<Instant>| at.is_some_and(|at| retention::day_of(at) < first_day);
        if is_before(self.invited_at) {
            return Err(MemberError::InvitedBeforeCreation);
        }
        if is_before(self.activated_at) {
            return Err(MemberError::ActivatedBeforeCreation);
        }
        let before = (person.invited_at, person.activated_at);
        person.invited_at = person.invited_at.or(self.invited_at);
        person.activated_at = person.activated_at.or(self.activated_at);
        Ok(before != (person.invited_at, person.activated_at))
    }
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

    fn person() -> Person {
        let created_at = instant("2026-09-01T10:00:00+02:00");
        Person {
            id: MemberId::mint(created_at, 1),
            mobile: Mobile::parse("0639980001").unwrap(),
            details: Details::default(),
            shares_email: false,
            consents: Consents::default(),
            enrolment: Enrolment::Till,
            created_at,
            invited_at: None,
            activated_at: None,
            merged_into: None,
            blocked_cards: vec![],
            absorbed: vec![],
            due: None,
            version: 1,
        }
    }

    #[test]
    fn the_first_report_of_a_step_stays() {
        let mut person = person();
        let report = |invited: &str, activated: Option<&str>| Registration {
            invited_at: Some(instant(invited)),
            activated_at: activated.map(instant),
        };
        let first = report("2026-09-02T10:00:00Z", None);
        assert_eq!(first.note(&mut person), Ok(true));
        assert_eq!(first.note(&mut person), Ok(false));
        let second = report("2026-09-09T10:00:00Z", Some("2026-09-10T10:00:00Z"));
        assert_eq!(second.note(&mut person), Ok(true));
        assert_eq!(person.invited_at, first.invited_at);
        assert_eq!(person.activated_at, second.activated_at);
        let third = report("2026-09-11T10:00:00Z", Some("2026-09-12T10:00:00Z"));
        assert_eq!(third.note(&mut person), Ok(false));
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
        let refused = |why| if fits { Ok(true) } else { Err(why) };
        assert_eq!(invited.note(&mut person()), refused(MemberError::InvitedBeforeCreation));
        assert_eq!(activated.note(&mut person()), refused(MemberError::ActivatedBeforeCreation));
    }
}
