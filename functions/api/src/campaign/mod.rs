//! Campaigns: written, tried out, launched and followed. The operator calls these routes today; merchants
//! will call the same routes with a login of their own.

mod content;
pub(crate) mod draft;
pub(crate) mod dry_run;
mod request;
mod response;
mod segment;
mod sms_length;
pub(crate) mod steps;
