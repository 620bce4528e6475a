//! Purchases: the sales and returns of a till.

pub(crate) mod at_till;
pub(crate) mod dry_run;
pub(crate) mod id;
pub(crate) mod record;
mod refusal;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod till_clock;
pub(crate) mod transfer;
