//! Rewards: the merchant's catalogue, which the operator writes today and merchants will write with a login
//! of their own; the catalogue at the till; and redemptions.

pub(crate) mod at_till;
pub(crate) mod catalogue;
pub(crate) mod redemption;
pub(crate) mod redemption_state;
mod request;
mod response;
