//! Joining at the counter: the person proves a mobile by a code, gives the details, and gets the card.
//!
//! The same pages give a member a password: a member who has none yet, or who has forgotten it.

pub(crate) mod code;
mod complete;
mod counter;
pub(crate) mod details;
mod form;
pub(crate) mod number;
mod situation;
mod ticket;

use domain::{EstablishmentId, MerchantId};

/// The address of one of the pages.
fn path(merchant: MerchantId, establishment: &EstablishmentId, page: &str) -> String {
    format!("/join/{merchant}/{establishment}{page}")
}
