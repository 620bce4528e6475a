//! Offers and their coupons: batches, imports, and the redemption of a coupon in a purchase.

pub(crate) mod batch;
pub(crate) mod code;
pub(crate) mod import;
pub(crate) mod item;
pub(crate) mod offer;
pub(crate) mod redeem;
