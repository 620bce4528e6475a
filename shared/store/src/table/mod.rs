//! The single DynamoDB table: keys, items, transactions, encodings, retries and the cache of an
//! instance. Every aggregate of the store builds on this module.

pub(crate) mod bulk;
pub(crate) mod codec;
pub(crate) mod idempotency;
pub(crate) mod items;
pub(crate) mod keys;
pub(crate) mod retry;
pub(crate) mod transaction;
pub(crate) mod write;
