//! A member (*client final*): the person behind the account.

mod error;

pub use error::MemberError;

pub mod card;
pub mod consent;
pub mod qr;
pub mod registration;
pub mod unmerge;

use crate::values::identifiers::CardNumber;
use crate::values::text;
use crate::{Consents, Day, DomainError, Instant, MemberId, Mobile, ValueError};

/// The most characters of a last or first name, a line of an address, a city.
pub const NAME_LENGTH: usize = 60;

/// An e-mail address, by its shape: something, an at sign, a domain with a point. Kept in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// Reads an address of at most 254 characters.
    ///
    /// # Errors
    /// [`MemberError::Email`].
    pub fn parse(text: &str) -> Result<Self, DomainError> {
        let address = text.trim().to_lowercase();
        let (local, host) = address.rsplit_once('@').ok_or(MemberError::Email)?;
        let labels_fit = host.contains('.')
            && host.split('.').all(|label| {
                !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        let plain = !local.is_empty()
            && local.len() <= 64
            && address.len() <= 254
            && !address.chars().any(|c| {
                c.is_whitespace()
                    || c.is_control()
                    || matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')')
            });
        if labels_fit && plain { Ok(Self(address)) } else { Err(MemberError::Email.into()) }
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// A postal address; every part may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Number and street.
    pub street: Option<String>,
    /// What follows the street: building, floor.
    pub complement: Option<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// What the register lists as civil status and contacts, but for the mobile, which every member has.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// Last name.
    pub last_name: Option<String>,
    /// First name.
    pub first_name: Option<String>,
    /// E-mail address; families share one.
    pub email: Option<Email>,
    /// Birth date.
    pub birth_date: Option<Day>,
    /// Postal address.
    pub address: Address,
    /// The number of a card that was handed out.
    pub card: Option<CardNumber>,
}

impl Details {
    /// Names as a till or a file writes them.
    ///
    /// # Errors
    /// What [`text::optional`] says, with the name of the field.
    pub fn named(last_name: &str, first_name: &str) -> Result<Self, (&'static str, ValueError)> {
        Ok(Self {
            last_name: text::optional(last_name, NAME_LENGTH).map_err(|why| ("last_name", why))?,
            first_name: text::optional(first_name, NAME_LENGTH)
                .map_err(|why| ("first_name", why))?,
            ..Self::default()
        })
    }
}

/// A birth date that a living customer can have.
///
/// # Errors
/// [`MemberError::BirthDate`].
pub fn birth_date(day: Day, today: Day) -> Result<Day, DomainError> {
    if day > Day::FIRST && day <= today { Ok(day) } else { Err(MemberError::BirthDate.into()) }
}

/// Who told us that the person asked for the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// The till, at the counter.
    Till,
    /// The row of a file.
    FileRow,
    /// The merchant's recorded attestation for all its files.
    Attestation,
}

/// A member as a person: identity and contacts, seldom written.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The member's identifier.
    pub id: MemberId,
    /// The mobile number: the identifier every member has.
    pub mobile: Mobile,
    /// Civil status and other contacts.
    pub details: Details,
    /// What the person said of being written to.
    pub consents: Consents,
    /// Who told us that the person asked for the card.
    pub enrolment: Enrolment,
    /// When the member was created.
    pub created_at: Instant,
    /// When the invitation to complete the registration was sent.
    pub invited_at: Option<Instant>,
    /// When the person completed the registration (*carte activée*).
    pub activated_at: Option<Instant>,
    /// The member this one was merged into.
    pub merged_into: Option<MemberId>,
    /// The numbers of this member's cards that were blocked as lost: the card there is may be one of them.
    pub blocked_cards: Vec<CardNumber>,
    /// The members merged into this one, whose history is this one's too.
    pub absorbed: Vec<MemberId>,
    /// The day on which retention looks at this member; it may find that the deadline has moved on.
    pub due: Option<Day>,
    /// Raised by every correction, so that two corrections do not overwrite one another.
    pub version: u64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Camille.Martin@Example.com", true)]
    #[case("a+b@mail.example.com", true)]
    #[case("camille", false)]
    #[case("camille@example", false)]
    #[case("camille@exam ple.com", false)]
    #[case("a@b..com", false)]
    #[case("<a>@example.com", false)]
    fn an_e_mail_address_has_the_shape_of_one(#[case] text: &str, #[case] fits: bool) {
        assert_eq!(Email::parse(text).is_ok(), fits);
    }

    #[test]
    fn a_birth_date_is_in_the_past_of_a_living_person() {
        let day = |text| Day::parse(text).unwrap();
        let today = day("2026-11-24");
        assert!(birth_date(day("1990-02-28"), today).is_ok());
        assert_eq!(birth_date(day("2026-11-25"), today), Err(MemberError::BirthDate.into()));
        assert_eq!(birth_date(Day::FIRST, today), Err(MemberError::BirthDate.into()));
    }
}
