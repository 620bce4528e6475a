//! Purchases: recorded, returned, cancelled, attached to a customer and transferred to another one.

pub(crate) mod attach;
pub(crate) mod cancel;
pub(crate) mod customer;
pub(crate) mod dry_run;
pub(crate) mod item;
pub(crate) mod read;
pub(crate) mod record;
pub(crate) mod returns;
pub(crate) mod to_record;
pub(crate) mod transfer;
