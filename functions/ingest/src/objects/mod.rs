//! The objects of the two buckets: merchants' files are read, and this function's own objects are read and
//! written.

mod error;
mod reader;
mod small;
mod version;
mod writer;

pub use error::ObjectError;
pub(crate) use reader::{ObjectReader, open, open_own};
pub(crate) use small::{mark_reported, read_whole, write};
pub(crate) use version::ObjectVersion;
pub(crate) use writer::ObjectWriter;
