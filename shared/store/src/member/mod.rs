//! Members: the person and the account, their contacts, and every change of them.

pub(crate) mod account;
pub(crate) mod activation;
pub(crate) mod card;
pub(crate) mod consent;
pub(crate) mod contacts;
pub(crate) mod correct;
pub(crate) mod correction_entry;
mod deletion;
pub(crate) mod enrol;
pub(crate) mod erasure;
pub(crate) mod history;
pub(crate) mod merge;
pub(crate) mod neighbours;
pub(crate) mod page;
pub(crate) mod person;
pub(crate) mod read;
pub(crate) mod register;
pub(crate) mod rows;
pub(crate) mod shared_email;
pub(crate) mod unmerge;
