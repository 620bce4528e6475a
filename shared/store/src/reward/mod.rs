//! Rewards: the catalogue, the counters of what was given, and redemptions.

pub(crate) mod catalogue;
pub(crate) mod counts;
pub(crate) mod redemption;
pub(crate) mod redemption_item;
