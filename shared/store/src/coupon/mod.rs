//! Offers and their coupons: batches, imports, codes of the merchant's choice, and the redemption of a
//! coupon in a purchase.

pub(crate) mod batch;
pub(crate) mod chosen_code;
pub(crate) mod code;
pub(crate) mod import;
pub(crate) mod item;
pub(crate) mod member_coupon;
pub(crate) mod of_member;
pub(crate) mod offer;
pub(crate) mod range;
pub(crate) mod redeem;
pub(crate) mod release;
