//! Texts that persons send to the number of a merchant.

pub(crate) mod text;
