//! Files of sales.

pub(super) mod file;
pub(super) mod form;
