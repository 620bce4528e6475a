//! A message of a queue, and its place among the other messages.

use serde::Serialize;

/// A message that can be sent to a queue.
pub trait QueueMessage: Serialize {
    /// The tenant of the work, in the sense of the fair queues of SQS: while one group has many messages, SQS
    /// delivers the messages of the other groups first. Letters and digits, at most 128. `None` for work of the
    /// service itself.
    fn group(&self) -> Option<String>;
}
