//! A merchant, its contracts and its establishments.

mod error;

pub use error::MerchantError;

pub mod origin;
pub mod provider;
pub mod sender;

use crate::{Day, DomainError, EstablishmentId, MerchantId};
use jiff::tz::TimeZone;

/// What the merchant sells; it decides how long members are kept and what a basket may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sector {
    /// Any shop but an optician's.
    Retail,
    /// Opticians: members kept 5 years instead of 3, baskets cut down.
    Optical,
}

/// A document the merchant signed: the terms, the processing contract (GDPR art. 28), an attestation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// The version of its text.
    pub version: String,
    /// The day it was signed.
    pub signed_on: Day,
    /// Who signed for the merchant.
    pub signatory: String,
}

/// A merchant (*commerçant*), the controller on whose behalf data are processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    /// Its identifier.
    pub id: MerchantId,
    /// The operator's own reference of the contract, unique.
    pub reference: String,
    /// The name messages are signed with.
    pub name: String,
    /// What it sells.
    pub sector: Sector,
    /// The terms of service it accepted.
    pub terms: Agreement,
    /// The processing contract it signed.
    pub processing_contract: Agreement,
    /// Its word that every customer in its files asked for the card; `None` where each row must say so.
    pub enrolment_attestation: Option<Agreement>,
    /// The last day of the contract, where its end is known.
    pub contract_ends_on: Option<Day>,
}

/// How far ahead the end of a contract may be told, in months.
pub(crate) const CONTRACT_END_MONTHS: i32 = 60;

impl Merchant {
    /// Whether the contract has ended: from the day after its last one, in Europe/Paris.
    #[must_use]
    pub fn contract_has_ended(&self, today: Day) -> bool {
        self.contract_ends_on.is_some_and(|last| today > last)
    }

    /// Reads the last day of a contract: today or later, and within 5 years, so that no slip of the
    /// pen ends one at once or never.
    ///
    /// # Errors
    /// [`ValueError::DayUnreadable`], [`MerchantError::ContractEnd`].
    pub fn contract_end(text: &str, today: Day) -> Result<Day, DomainError> {
        let last = Day::parse(text)?;
        if last < today || last > today.plus_months(CONTRACT_END_MONTHS) {
            return Err(MerchantError::ContractEnd.into());
        }
        Ok(last)
    }
}

/// The day from which what a merchant left is archived: the day after the last one of the contract.
#[must_use]
pub fn archive_due(contract_ends_on: Day) -> Day {
    Day::from_ordinal(contract_ends_on.ordinal() + 1)
}

/// An establishment (*point de vente*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Establishment {
    /// Its code within the merchant.
    pub id: EstablishmentId,
    /// Its name.
    pub name: String,
    /// Its IANA time zone: a receipt's day is computed in it.
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
    fn what_a_merchant_left_is_archived_from_the_day_after_the_contract() {
        assert_eq!(archive_due(Day::parse("2026-11-30").unwrap()).to_string(), "2026-12-01");
        assert_eq!(archive_due(Day::parse("2028-02-28").unwrap()).to_string(), "2028-02-29");
    }
}
