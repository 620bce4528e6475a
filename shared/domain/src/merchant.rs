//! A merchant, its contracts and its establishments.

use crate::{Day, EstablishmentId, MerchantId};
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
}

/// An establishment (*point de vente*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Establishment {
    /// Its code within the merchant.
    pub id: EstablishmentId,
    /// Its name.
    pub name: String,
    /// Its IANA time zone: a receipt's day is reckoned there.
    pub time_zone: TimeZone,
}
