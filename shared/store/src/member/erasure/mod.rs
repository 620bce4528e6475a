//! The erasure of a member: its transaction, its deletions, and the tombstone between them.

mod erase;
mod on_request;
pub(crate) mod tombstone;
