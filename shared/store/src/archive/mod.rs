//! The walk over all data of a merchant, part by part: once to archive it, and once to delete it.
//!
//! The walk returns an item after the items that are found by it, so that a deletion can stop
//! anywhere and start again. It reads only items found by the merchant's identifier.

pub(crate) mod dynamodb_json;
pub(crate) mod part;
pub(crate) mod source;
pub(crate) mod stored_item;
pub(crate) mod walk;
