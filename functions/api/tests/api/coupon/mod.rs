//! Offers and their coupons.

pub(crate) mod check;
pub(crate) mod offer;
pub(crate) mod redeem;
