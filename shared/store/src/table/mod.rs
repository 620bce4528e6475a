//! The DynamoDB table: keys, items, writes, transactions, encodings and retries. Every aggregate of
//! the store uses this module.

pub(crate) mod attributes;
pub(crate) mod bulk;
pub(crate) mod codec;
pub(crate) mod idempotency;
pub(crate) mod items;
pub(crate) mod keys;
pub(crate) mod lease;
pub(crate) mod read;
pub(crate) mod retry;
pub(crate) mod tenant;
pub(crate) mod transaction;
pub(crate) mod write;
