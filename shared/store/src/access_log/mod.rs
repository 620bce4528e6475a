//! The access log: entries are appended, and never changed or deleted. They expire after twelve months.
//!
//! The log has partitions of its own, by month, so that IAM can limit a role to appending entries
//! (decision 0021).

mod append;
mod entry;
pub(crate) mod read;
