//! Rewards, and the points that are spent on them.

pub(super) mod at_till;
pub(super) mod catalogue;
pub(super) mod redemption;
