//! The message for a record of the stream that cannot be read.

use platform::queue::QueueMessage;
use serde::Serialize;

/// A record of the stream that cannot be read. The message names the record by its number: its content must
/// not be in a queue.
#[derive(Debug, Serialize)]
pub struct UnreadableRecord {
    /// The number of the record in the stream.
    pub(crate) sequence_number: String,
    /// Why the record cannot be read.
    pub(crate) why: String,
}

impl QueueMessage for UnreadableRecord {
    fn group(&self) -> Option<String> {
        None
    }
}
