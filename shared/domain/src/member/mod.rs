//! A member (*client final*): the person behind the account.

mod card_number;
mod email;
pub(crate) mod error;
mod limits;

pub mod card;
pub mod consent;
pub mod deletion;
pub mod minor;
pub mod qr;
pub mod registration;
pub mod unmerge;

pub use card_number::CardNumber;
pub use deletion::DeletionRequest;
pub use email::Email;
pub use error::MemberError;
pub use limits::{MOST_BLOCKED_CARDS, NAME_LENGTH, POSTCODE_LENGTH};

use self::consent::Consent;
use self::registration::RegistrationStep;
use crate::values::text;
use crate::{
    Channel, Consents, Credential, Day, Instant, InvalidField, MemberId, Mobile, retention,
};

/// A postal address. Every part may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Number and street.
    pub street: Option<String>,
    /// Building and floor.
    pub complement: Option<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// Civil status and contacts, as the GDPR register lists them, without the mobile that every member has.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Last name.
    pub last_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// E-mail address. Members of a family may share one.
    pub email: Option<Email>,
    /// Birth date.
    pub birth_date: Option<Day>,
    /// Postal address.
    pub address: Address,
    /// The number of the member's card.
    pub card: Option<CardNumber>,
}

impl Details {
    /// Reads the names that a till or a file writes.
    ///
    /// # Errors
    /// The first name that is too long or has control characters.
    pub fn named(last_name: &str, first_name: &str) -> Result<Self, InvalidField> {
        let read = |name, pointer| {
            text::optional(name, NAME_LENGTH).map_err(|error| InvalidField::new(pointer, error))
        };
        Ok(Self {
            last_name: read(last_name, "/last_name")?,
            first_name: read(first_name, "/first_name")?,
            ..Self::default()
        })
    }
}

/// Checks that a living customer can have a birth date: after 1900 and not in the future.
///
/// # Errors
/// [`MemberError::BirthDate`].
pub fn birth_date(day: Day, today: Day) -> Result<Day, MemberError> {
    if day > Day::FIRST && day <= today { Ok(day) } else { Err(MemberError::BirthDate) }
}

/// Where the person's request for the card was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// The till, at the counter.
    Till,
    /// The row of a file.
    FileRow,
    /// The merchant's attestation for all its files.
    Attestation,
    /// The person, on a page of their own, with a code that was sent to the mobile.
    Member,
}

/// A member as a person: identity, contacts and consents. A person is seldom written.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The member's identifier.
    pub id: MemberId,
    /// The mobile number: the identifier every member has.
    pub mobile: Mobile,
    /// Civil status and other contacts.
    pub details: Details,
    /// Whether another member has or had the same e-mail address: a family may share one.
    pub shares_email: bool,
    /// The person's consents and oppositions, by channel.
    pub consents: Consents,
    /// Where the person's request for the card was recorded.
    pub enrolment: Enrolment,
    /// When the member was created.
    pub created_at: Instant,
    /// The credential that created the member.
    pub created_by: Credential,
    /// When the invitation to complete the registration was sent. The account has the activation of the card.
    pub invited: Option<RegistrationStep>,
    /// The member's request to delete the account.
    pub deletion: Option<DeletionRequest>,
    /// The member this one was merged into.
    pub merged_into: Option<MemberId>,
    /// The numbers of this member's cards that were blocked as lost. The present card may be one of them.
    pub blocked_cards: Vec<CardNumber>,
    /// The members merged into this one. Their history belongs to this member too.
    pub absorbed: Vec<MemberId>,
    /// The day on which retention looks at this member. The deadline may have moved on by then.
    pub due: Option<Day>,
    /// Incremented by every correction, so that two corrections do not overwrite one another.
    pub version: u64,
}

impl Person {
    /// The member and the members merged into it, which are one person.
    #[must_use]
    pub fn members(&self) -> Vec<MemberId> {
        [&[self.id], &*self.absorbed].concat()
    }

    /// Whether the person was under 15 when the member was created, or gave one of the last consents under 15.
    /// The birth date of any other person decides nothing.
    #[must_use]
    pub fn was_under_15(&self) -> bool {
        let consented = Channel::ALL.into_iter().filter_map(|channel| {
            self.consents.of(channel).consent.as_ref().map(|consent| consent.at)
        });
        let earliest = consented.fold(self.created_at, Instant::min);
        minor::is_under_15(self.details.birth_date, retention::day_of(earliest))
    }

    /// Notes a consent, and returns whether something changed.
    ///
    /// # Errors
    /// [`MemberError::ParentalConsentMissing`] for a person under 15 without the consent of a parent, or
    /// [`MemberError::OppositionStands`].
    pub fn consent(&mut self, channel: Channel, consent: Consent) -> Result<bool, MemberError> {
        let is_under_15 =
            minor::is_under_15(self.details.birth_date, retention::day_of(consent.at));
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

    #[test]
    fn a_birth_date_is_after_1900_and_not_in_the_future() {
        let day = |text| Day::parse(text).unwrap();
        let today = day("2026-11-24");
        assert!(birth_date(day("1990-02-28"), today).is_ok());
        assert_eq!(birth_date(day("2026-11-25"), today), Err(MemberError::BirthDate));
        assert_eq!(birth_date(Day::FIRST, today), Err(MemberError::BirthDate));
    }
}
