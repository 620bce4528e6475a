//! Joining at the counter: the person proves a mobile by a code, gives the details, and gets the card.
//!
//! The same pages give a member a password: a member who has none yet, or who has forgotten it.

pub(crate) mod code;
mod complete;
pub(crate) mod details;
mod form;
pub(crate) mod number;
mod situation;
mod ticket;

use domain::{EstablishmentId, MerchantId};
use serde::Deserialize;

/// The version of the texts of the consents on the page of the details.
const CONSENT_TEXT_VERSION: &str = "compte-2026-11";

/// The path of these pages.
#[derive(Deserialize)]
pub(crate) struct JoinPath {
    merchant: String,
    establishment: String,
}

/// The address of one of the pages.
fn path(merchant: MerchantId, establishment: &EstablishmentId, page: &str) -> String {
    format!("/join/{merchant}/{establishment}{page}")
}
