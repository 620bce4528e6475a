//! A member's points outside purchases.

pub(crate) mod adjust;
pub(crate) mod visit;
