//! A merchant (*commerçant*), its agreements and its establishments.

pub(crate) mod error;

pub use error::MerchantError;

pub mod origin;
pub mod provider;
pub mod sender;

use crate::values::word_enum::word_enum;
use crate::{Day, DomainError, EstablishmentId, MerchantId};
use jiff::tz::TimeZone;

/// The sector of a merchant. It decides how long members are stored and what is stored of a basket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sector {
    /// Shops other than opticians.
    Retail,
    /// Opticians: members are stored for 5 years instead of 3, and baskets are reduced to families.
    Optical,
}

word_enum! {
    /// What activates a member's card, beside a till or a file that says that the person is present.
    pub enum CardActivation {
        /// A use of the card, or the completed registration.
        Use = "use",
        /// The completed registration only.
        Registration = "registration",
    }
}

/// A document that the merchant signed: the terms of service, the processing contract (GDPR art. 28), or an
/// attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The version of its text.
    pub version: String,
    /// The day of the signature.
    pub signed_on: Day,
    /// The person who signed for the merchant.
    pub signatory: String,
}

/// A merchant (*commerçant*): the controller of the personal data (GDPR art. 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Its identifier.
    pub id: MerchantId,
    /// The operator's own reference of the contract, unique.
    pub reference: String,
    /// The name in the signature of messages.
    pub name: String,
    /// Its sector.
    pub sector: Sector,
    /// The terms of service that the merchant accepted.
    pub terms: Agreement,
    /// The processing contract that the merchant signed.
    pub processing_contract: Agreement,
    /// The attestation that every customer in the merchant's files asked for the card. Without it, each row
    /// must say so.
    pub enrolment_attestation: Option<Agreement>,
    /// What activates a member's card.
    pub card_activation: CardActivation,
    /// The last day of the contract, where it is known.
    pub contract_ends_on: Option<Day>,
}

/// The most months from today to the end of a contract.
pub(crate) const CONTRACT_END_MONTHS: i32 = 60;

impl Merchant {
    /// Whether the contract has ended: from the day after its last day, in Europe/Paris.
    #[must_use]
    pub fn contract_has_ended(&self, today: Day) -> bool {
        self.contract_ends_on.is_some_and(|last| today > last)
    }

    /// Reads the last day of a contract: today or later, and within 5 years. So a typing error neither ends a
    /// contract at once nor makes it endless.
    ///
    /// # Errors
    /// [`crate::ValueError::DayUnreadable`], [`MerchantError::ContractEnd`].
    pub fn contract_end(text: &str, today: Day) -> Result<Day, DomainError> {
        let last = Day::parse(text)?;
        if last < today || last > today.plus_months(CONTRACT_END_MONTHS) {
            return Err(MerchantError::ContractEnd.into());
        }
        Ok(last)
    }
}

/// The day on which the merchant's data are archived: the day after the last day of the contract.
#[must_use]
pub fn archive_due(contract_ends_on: Day) -> Day {
    Day::from_ordinal(contract_ends_on.ordinal() + 1)
}

/// An establishment (*point de vente*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Establishment {
    /// Its code, unique within the merchant.
    pub id: EstablishmentId,
    /// Its name.
    pub name: String,
    /// Its time zone, in which the day of a receipt is computed.
    pub time_zone: TimeZone,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MerchantError, ValueError};
    use rstest::rstest;

    #[rstest]
    #[case("2026-11-24", Ok(()))]
    #[case("2031-11-24", Ok(()))]
    #[case("2026-11-23", Err(MerchantError::ContractEnd.into()))]
    #[case("2031-11-25", Err(MerchantError::ContractEnd.into()))]
    #[case("2026-02-31", Err(ValueError::DayUnreadable.into()))]
    fn a_contract_ends_today_or_within_five_years(
        #[case] text: &str,
        #[case] read: Result<(), DomainError>,
    ) {
        let today = Day::parse("2026-11-24").unwrap();
        assert_eq!(Merchant::contract_end(text, today).map(|_| ()), read);
    }

    #[test]
    fn the_data_of_a_merchant_are_archived_on_the_day_after_the_contract() {
        assert_eq!(archive_due(Day::parse("2026-11-30").unwrap()).to_string(), "2026-12-01");
        assert_eq!(archive_due(Day::parse("2028-02-28").unwrap()).to_string(), "2028-02-29");
    }
}
