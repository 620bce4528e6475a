//! SQS: batches of received messages, and the client that sends messages.

mod batch;
#[cfg(feature = "sqs")]
mod client;
mod hops;
mod invocation;
mod message;

pub use batch::{Failed, process_batch, process_batch_concurrently, read};
#[cfg(feature = "sqs")]
pub use client::{QueueClient, QueueError};
pub use invocation::Invocation;
pub use message::QueueMessage;
