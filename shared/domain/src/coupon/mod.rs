//! Coupons (*bon de réduction*, *code promotionnel*): a code of an offer, used with a purchase at the till.
//!
//! [`offer`] says what a coupon gives, [`code`] how its code is written, and [`redeem`] what it takes off
//! a basket.

pub(crate) mod error;
mod redeem;
mod refusal;

pub mod code;
pub mod offer;

pub use error::CouponError;
pub use redeem::{Basket, CouponState, User, accept, redeem};
pub use refusal::Refusal;
