//! A member's points outside purchases: the balance, visits and adjustments.

pub(crate) mod adjust;
pub(crate) mod balance;
pub(crate) mod lot;
pub(crate) mod new_balance;
pub(crate) mod visit;
