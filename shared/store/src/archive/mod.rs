//! What a merchant leaves, walked part by part: once to be archived, and once more to be cleared.
//!
//! The walk gives what hangs on an item before the item that leads to it, so that one which is cleared as
//! it goes can be stopped anywhere and begun again. It reads only what the merchant's identifier leads to.

pub(crate) mod dynamodb_json;
pub(crate) mod part;
pub(crate) mod source;
pub(crate) mod stored_item;
pub(crate) mod walk;
