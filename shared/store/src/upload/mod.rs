//! A merchant's files: a report for each, and its ranges. No row and no person of a file is stored.

pub(crate) mod range;
pub(crate) mod report;
