//! Offers and their coupons. The operator calls these routes today; merchants will call the same routes
//! with a login of their own.

pub(crate) mod batch;
pub(crate) mod batch_codes;
pub(crate) mod benefit;
pub(crate) mod check;
pub(crate) mod code;
pub(crate) mod import;
mod import_file;
pub(crate) mod offer;
mod request;
mod response;
mod usage;
