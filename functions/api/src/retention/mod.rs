//! Retention: the erasures that the daily run carried out.

pub(crate) mod erasures;
