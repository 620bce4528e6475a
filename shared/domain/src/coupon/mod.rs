//! Coupons (*bon de réduction*, *code promotionnel*): a code of an offer, used with a purchase at the till.
//!
//! [`offer`] holds the benefit and its conditions, [`code`] reads and writes codes, [`redeem`] computes
//! the discount on a basket, and [`usable_by`] says whether a member can still use a coupon.

pub(crate) mod error;
mod redeem;
mod refusal;

pub mod code;
pub mod offer;

pub use error::CouponError;
pub use redeem::{Basket, CouponState, User, accept, redeem, usable_by};
pub use refusal::Refusal;
