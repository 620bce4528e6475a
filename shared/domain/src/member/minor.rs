//! Members under 15. They consent together with a parent (loi Informatique et Libertés, art. 45).

use super::Person;
use super::consent::{Channel, Consent};
use crate::{Day, Instant, MemberError, retention};

/// The age, in years, from which a person consents alone.
const AGE_OF_CONSENT: i32 = 15;

/// Whether a person of this birth date is under 15 on a day. A birth date that is not known does not tell.
#[must_use]
pub fn is_under_15(birth_date: Option<Day>, on: Day) -> bool {
    birth_date.is_some_and(|born| on < born.plus_months(12 * AGE_OF_CONSENT))
}

impl Person {
    /// Whether the person was under 15 when the member was created, or gave one of the last consents under 15.
    /// The birth date of any other person decides nothing.
    #[must_use]
    pub fn was_under_15(&self) -> bool {
        let consented = Channel::ALL.into_iter().filter_map(|channel| {
            self.consents.of(channel).consent.as_ref().map(|consent| consent.at)
        });
        let earliest = consented.fold(self.created_at, Instant::min);
        is_under_15(self.details.birth_date, retention::day_of(earliest))
    }

    /// Notes a consent, and returns whether something changed.
    ///
    /// # Errors
    /// [`MemberError::ParentalConsentMissing`] for a person under 15 without the consent of a parent, or
    /// [`MemberError::OppositionStands`].
    pub fn consent(&mut self, channel: Channel, consent: Consent) -> Result<bool, MemberError> {
        let is_under_15 = is_under_15(self.details.birth_date, retention::day_of(consent.at));
        if is_under_15 && consent.parent.is_none() {
            return Err(MemberError::ParentalConsentMissing);
        }
        self.consents.of_mut(channel).consent(consent)
    }

    /// Whether marketing may be sent by a channel on a day.
    #[must_use]
    pub fn permits(&self, channel: Channel, on: Day) -> bool {
        self.consents.permit(channel, self.details.birth_date, on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(None, false)]
    #[case(Some("2011-11-23"), false)]
    #[case(Some("2011-11-24"), false)]
    #[case(Some("2011-11-25"), true)]
    #[case(Some("1990-01-01"), false)]
    fn a_person_is_under_15_until_the_birthday(#[case] born: Option<&str>, #[case] under: bool) {
        let born = born.map(|text| Day::parse(text).unwrap());
        assert_eq!(is_under_15(born, Day::parse("2026-11-24").unwrap()), under);
    }
}
