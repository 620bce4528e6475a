//! The access log of a merchant.

pub(super) mod list;
