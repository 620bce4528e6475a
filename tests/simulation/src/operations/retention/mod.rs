//! Contacts that no file may enrol again, and the erasures of a day.

pub(super) mod erasures;
pub(super) mod suppression;
