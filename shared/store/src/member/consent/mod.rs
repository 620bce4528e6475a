//! Consents, oppositions and bounces: their changes, their history, and the oppositions of a contact.

pub(crate) mod change;
pub(crate) mod history;
pub(crate) mod objection_link;
pub(crate) mod opposed_contact;
pub(crate) mod restored;
