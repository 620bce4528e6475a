//! Retention: the erasures that were carried out, and the contacts of persons who do not want to be members.

pub(crate) mod erasures;
pub(crate) mod suppressions;
