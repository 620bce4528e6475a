//! Members at the till.

pub(crate) mod card;
pub(crate) mod consents;
pub(crate) mod correct;
pub(crate) mod enrol;
pub(crate) mod erasure;
pub(crate) mod find;
pub(crate) mod history;
pub(crate) mod merge;
pub(crate) mod misses;
pub(crate) mod read;
pub(crate) mod registration;
pub(crate) mod suppression;
