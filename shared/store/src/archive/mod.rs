//! The walk over all data of a merchant, part by part: once to archive it, and once to delete it.
//!
//! The item of a member or of a campaign leads to other items. The walk returns these other items
//! first, so that a deletion can stop anywhere and start again. The walk reads only items that the
//! merchant's identifier leads to.

pub(crate) mod dynamodb_json;
pub(crate) mod part;
pub(crate) mod source;
pub(crate) mod stored_item;
pub(crate) mod walk;
