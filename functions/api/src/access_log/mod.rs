//! The access log of a merchant.

pub(crate) mod list;
mod query;
