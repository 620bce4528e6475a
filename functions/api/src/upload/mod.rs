//! Files of purchases: a presigned form for one file, and the file's report.

pub(crate) mod open;
pub(crate) mod presigner;
pub(crate) mod read;
mod response;
