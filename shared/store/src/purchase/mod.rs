//! Purchases: recorded, returned, cancelled, attached and transferred.

pub(crate) mod dry_run;
pub(crate) mod item;
pub(crate) mod read;
pub(crate) mod record;
pub(crate) mod returns;
pub(crate) mod transfer;
