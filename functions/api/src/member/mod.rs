//! Members at the till: enrolled, found, shown, corrected and merged; their cards, registration, consents
//! and history.

pub(crate) mod address;
pub(crate) mod card;
mod consent_answer;
pub(crate) mod consent_history;
mod consent_request;
pub(crate) mod consents;
pub(crate) mod correct;
pub(crate) mod customer;
mod details;
pub(crate) mod enrol;
pub(crate) mod erasure;
pub(crate) mod find;
pub(crate) mod history;
mod history_item;
pub(crate) mod merge;
pub(crate) mod misses;
pub(crate) mod read;
pub(crate) mod registration;
pub(crate) mod response;
