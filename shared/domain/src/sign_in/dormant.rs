//! Accounts that were not used for long. Operators give a mobile number to another person after 45 days at the
//! earliest (Arcep, decision 2022-1583), so a code by SMS alone never opens a dormant account.

use crate::{Account, CardNumber, Day, Instant, Person};
use jiff::ToSpan as _;

/// The hours without a use after which an account is dormant: 45 days.
const DORMANT_HOURS: i64 = 45 * 24;

/// What the person states beside the code, to open a dormant account.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The birth date.
    pub birth_date: Option<Day>,
    /// The number of the card.
    pub card: Option<CardNumber>,
}

/// Whether an account is dormant. `last_connection` is the last sign-in. The creation and the activation of a member
/// count as uses, since a person does both.
#[must_use]
pub fn is_dormant(
    person: &Person,
    account: &Account,
    last_connection: Option<Instant>,
    now: Instant,
) -> bool {
    let activated = account.activated.map(|step| step.at);
    let uses = [activated, account.last_activity, last_connection].into_iter().flatten();
    let last = uses.fold(person.created_at, Instant::max);
    let since = now - DORMANT_HOURS.hours();
    let sold = account.last_purchase.is_some_and(|day| day >= crate::retention::day_of(since));
    last < since && !sold
}

impl Proof {
    /// Whether the statement proves that the person is the member. A fact that the member's record does not have proves
    /// nothing.
    #[must_use]
    pub fn is_of(&self, person: &Person) -> bool {
        let details = &person.details;
        let born = self.birth_date.is_some() && self.birth_date == details.birth_date;
        let card = self.card.is_some() && self.card == details.card;
        born || (card && !person.card_is_blocked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Details;
    use crate::{Consents, Credential, Enrolment, MemberId, Mobile, RegistrationStep};
    use rstest::rstest;

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn person() -> Person {
        let created_at = instant("2026-01-05T10:00:00Z");
        Person {
            id: MemberId::mint(created_at, 1),
            mobile: Mobile::parse("0639980001").unwrap(),
            details: Details {
                birth_date: Day::parse("1990-02-28").ok(),
                card: CardNumber::parse("2990000012345").ok(),
                ..Details::default()
            },
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

    const NOW: &str = "2026-11-30T10:00:00Z";

    #[rstest]
    #[case::never(None, None, None, true)]
    #[case::bought(Some("2026-10-16"), None, None, false)]
    #[case::bought_earlier(Some("2026-10-15"), None, None, true)]
    #[case::visited(None, Some("2026-10-16T10:00:00Z"), None, false)]
    #[case::visited_earlier(None, Some("2026-10-16T09:59:59Z"), None, true)]
    #[case::signed_in(None, None, Some("2026-11-01T10:00:00Z"), false)]
    fn an_account_without_a_use_for_45_days_is_dormant(
        #[case] bought: Option<&str>,
        #[case] active: Option<&str>,
        #[case] signed_in: Option<&str>,
        #[case] dormant: bool,
    ) {
        let account = Account {
            last_purchase: bought.map(|day| Day::parse(day).unwrap()),
            last_activity: active.map(instant),
            ..Account::default()
        };
        let found = is_dormant(&person(), &account, signed_in.map(instant), instant(NOW));
        assert_eq!(found, dormant);
    }

    #[test]
    fn an_activation_and_the_creation_are_uses() {
        let step =
            RegistrationStep { at: instant("2026-11-01T10:00:00Z"), by: Credential::Service };
        let account = Account { activated: Some(step), ..Account::default() };
        assert!(!is_dormant(&person(), &account, None, instant(NOW)));
        let new = Person { created_at: instant("2026-11-29T10:00:00Z"), ..person() };
        assert!(!is_dormant(&new, &Account::default(), None, instant(NOW)));
    }

    #[rstest]
    #[case::nothing(None, None, false)]
    #[case::birth_date(Some("1990-02-28"), None, true)]
    #[case::another_date(Some("1990-02-27"), None, false)]
    #[case::card(None, Some("2990 0000 12345"), true)]
    #[case::another_card(None, Some("2990000012346"), false)]
    fn the_birth_date_or_the_card_proves_who_the_person_is(
        #[case] birth_date: Option<&str>,
        #[case] card: Option<&str>,
        #[case] proves: bool,
    ) {
        let proof = Proof {
            birth_date: birth_date.map(|day| Day::parse(day).unwrap()),
            card: card.map(|card| CardNumber::parse(card).unwrap()),
        };
        assert_eq!(proof.is_of(&person()), proves);
        let unknown = Person { details: Details::default(), ..person() };
        assert!(!proof.is_of(&unknown), "a record without these facts proves nothing");
    }
}
