//! Purchases of a till.

pub(crate) mod dry_run;
pub(crate) mod record;
pub(crate) mod transfer;
