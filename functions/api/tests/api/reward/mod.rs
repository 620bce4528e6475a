//! Rewards and redemptions.

pub(crate) mod catalogue;
pub(crate) mod redemption;
