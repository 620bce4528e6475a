//! Texts that members send to the number of the merchant.

pub(crate) mod text;
