//! The erasure of a member: its transaction, its deletions, and the tombstone between them.

mod erase;
mod notes;
mod on_request;
mod suppress;
pub(crate) mod suppression;
pub(crate) mod tombstone;
