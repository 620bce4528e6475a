//! Many messages to one queue, ten a call.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Serialize;

/// Messages that a call of `SendMessageBatch` takes.
const A_CALL: usize = 10;
/// Calls under way at once.
const AT_ONCE: usize = 8;

/// Why messages were not all sent; those that were may be sent again.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// The queue did not take a call, or not all of it.
    #[error("messages could not be queued")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Some of a call that was taken.
    #[error("{0} of a call's messages were not taken")]
    Left(usize),
}

/// Sends messages, ten a round trip and 8 at once.
///
/// # Errors
/// [`OutboxError`]; others may then be on their way.
pub async fn send_all<M: Serialize + Sync>(
    client: &Client,
    queue: &str,
    messages: &[M],
) -> Result<(), OutboxError> {
    let mut calls = Vec::with_capacity(messages.len().div_ceil(A_CALL));
    for chunk in messages.chunks(A_CALL) {
        calls.push(send(client, queue, chunk));
    }
    stream::iter(calls).buffer_unordered(AT_ONCE).try_collect().await
}

async fn send<M: Serialize>(client: &Client, queue: &str, some: &[M]) -> Result<(), OutboxError> {
    let mut call = client.send_message_batch().queue_url(queue);
    for (number, message) in some.iter().enumerate() {
        let body =
            serde_json::to_string(message).map_err(|error| OutboxError::Queue(error.into()))?;
        let entry = SendMessageBatchRequestEntry::builder().id(number.to_string());
        let entry = entry.message_body(body).build();
        call = call.entries(entry.map_err(|error| OutboxError::Queue(error.into()))?);
    }
    let answer = call.send().await.map_err(|error| OutboxError::Queue(error.into()))?;
    match answer.failed.len() {
        0 => Ok(()),
        left => Err(OutboxError::Left(left)),
    }
}
