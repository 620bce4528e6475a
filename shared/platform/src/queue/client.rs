//! The client of one queue.

use super::hops;
use crate::error::StartError;
use crate::queue::message::QueueMessage;
use crate::settings;
use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::LazyLock;
use std::time::Duration;

/// The most messages of one `SendMessageBatch` call.
const MESSAGES_PER_CALL: usize = 10;
/// Calls in flight at once.
const CONCURRENT_CALLS: usize = 8;

/// Why messages were not all sent. Some may have been sent: the sender tries again, and the receivers must
/// accept a message twice.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// A message could not be written as JSON.
    #[error("a message could not be serialised")]
    Serialisation(#[from] serde_json::Error),
    /// A call failed.
    #[error("the queue could not be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A call succeeded, and SQS refused this many of its messages.
    #[error("the queue refused {0} messages of a call")]
    Refused(usize),
}

impl QueueError {
    fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// The client of a queue of messages `M`. The SDK client is made on first use, since most invocations of
/// the API use no queue.
pub struct QueueClient<M> {
    client: LazyLock<Client, Box<dyn FnOnce() -> Client + Send>>,
    url: String,
    messages: PhantomData<fn(M)>,
}

impl<M: QueueMessage> QueueClient<M> {
    /// The client of the queue at `url`; `make` returns the SDK client on first use.
    pub fn new(make: impl FnOnce() -> Client + Send + 'static, url: impl Into<String>) -> Self {
        Self { client: LazyLock::new(Box::new(make)), url: url.into(), messages: PhantomData }
    }

    /// The client of the queue whose URL is in the environment variable `name`. Makes no call.
    pub fn from_settings(config: &SdkConfig, name: &'static str) -> Result<Self, StartError> {
        let config = config.clone();
        Ok(Self::new(move || Client::new(&config), settings::text(name)?))
    }

    /// Sends one message: 1 round trip.
    pub async fn send(&self, message: &M) -> Result<(), QueueError> {
        self.send_later(message, Duration::ZERO).await
    }

    /// Sends one message that is delivered after `delay`, at most 15 minutes: 1 round trip.
    pub async fn send_later(&self, message: &M, delay: Duration) -> Result<(), QueueError> {
        let body = serde_json::to_string(message)?;
        let delay = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        let call = self.client.send_message().queue_url(&self.url).message_body(body);
        let call = call.set_message_attributes(attributes()?);
        let call = call.set_message_group_id(message.group());
        let call = call.set_delay_seconds((delay > 0).then_some(delay));
        call.send().await.map_err(QueueError::unavailable)?;
        Ok(())
    }

    /// Sends messages, 10 a round trip and 8 round trips at once.
    pub async fn send_all(&self, messages: &[M]) -> Result<(), QueueError> {
        let calls = messages.chunks(MESSAGES_PER_CALL).map(|some| self.send_some(some));
        let calls: Vec<_> = calls.collect();
        stream::iter(calls).buffer_unordered(CONCURRENT_CALLS).try_collect().await
    }

    async fn send_some(&self, messages: &[M]) -> Result<(), QueueError> {
        let mut call = self.client.send_message_batch().queue_url(&self.url);
        for (number, message) in messages.iter().enumerate() {
            let entry = SendMessageBatchRequestEntry::builder()
                .id(number.to_string())
                .message_body(serde_json::to_string(message)?)
                .set_message_attributes(attributes()?)
                .set_message_group_id(message.group())
                .build();
            call = call.entries(entry.map_err(QueueError::unavailable)?);
        }
        let answer = call.send().await.map_err(QueueError::unavailable)?;
        match answer.failed.len() {
            0 => Ok(()),
            refused => Err(QueueError::Refused(refused)),
        }
    }

    /// Hides a received message for `delay`, in place of the queue's visibility timeout: 1 round trip.
    pub async fn hide(&self, receipt_handle: &str, delay: Duration) -> Result<(), QueueError> {
        self.client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(i32::try_from(delay.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(QueueError::unavailable)?;
        Ok(())
    }
}

/// The count of hops, for a message that is sent while another one is handled.
fn attributes() -> Result<Option<HashMap<String, MessageAttributeValue>>, QueueError> {
    let Some(hops) = hops::next() else { return Ok(None) };
    let value = MessageAttributeValue::builder().data_type("Number").string_value(hops.to_string());
    let value = value.build().map_err(QueueError::unavailable)?;
    Ok(Some(HashMap::from([(hops::ATTRIBUTE.to_owned(), value)])))
}
