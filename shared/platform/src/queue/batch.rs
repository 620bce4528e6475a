//! A batch of received messages: each message is handled by itself, and only those that failed return to
//! the queue.

use super::hops;
use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::stream::{self, StreamExt as _};
use serde::de::DeserializeOwned;
use std::future::Future;
use std::pin::pin;
use store::ErrorChain;

/// Why a message was not handled.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// A temporary failure: SQS delivers the message again.
    #[error("to be tried again: {0}")]
    Retry(Box<dyn std::error::Error + Send + Sync>),
    /// A permanent failure: after the queue's last attempt the message is in the dead-letter queue.
    #[error("poison: {0}")]
    Poison(&'static str),
}

impl Failed {
    /// Wraps the error of a temporary failure.
    pub fn retry(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }
}

/// Reads the JSON body of a message. A body that is no `M` is poison, and the log says `why`; the log never
/// shows the body.
pub fn read<M: DeserializeOwned>(body: &str, why: &'static str) -> Result<M, Failed> {
    serde_json::from_str(body).map_err(|_| Failed::Poison(why))
}

/// Handles the messages of a batch one after the other. The answer names the messages that failed. SQS
/// delivers only these messages again, and moves them to the dead-letter queue after the last attempt.
pub async fn process_batch<F, Fut>(event: SqsEvent, handle: F) -> SqsBatchResponse
where
    F: FnMut(SqsMessage) -> Fut,
    Fut: Future<Output = Result<(), Failed>>,
{
    process_batch_concurrently(event, 1, handle).await
}

/// As [`process_batch`], with `at_once` messages in progress: while one waits for an answer, another
/// continues.
pub async fn process_batch_concurrently<F, Fut>(
    event: SqsEvent,
    at_once: usize,
    mut handle: F,
) -> SqsBatchResponse
where
    F: FnMut(SqsMessage) -> Fut,
    Fut: Future<Output = Result<(), Failed>>,
{
    let named = event.records.into_iter().filter_map(|message| {
        let id = message.message_id.clone()?;
        Some((id, message))
    });
    let handled = stream::iter(named).map(|(id, message)| {
        // A message of an endless chain is not handled.
        let handled = hops::of(&message).map(|hops| hops::within(hops, handle(message)));
        async move {
            match handled {
                Some(handled) => (id, handled.await),
                None => (id, Err(Failed::Poison("the work was continued too often"))),
            }
        }
    });
    let mut failures = Vec::new();
    let mut handled = pin!(handled.buffer_unordered(at_once));
    while let Some((id, outcome)) = handled.next().await {
        let Err(failed) = outcome else { continue };
        match &failed {
            Failed::Retry(source) => {
                tracing::warn!(message = %id, error = %ErrorChain(source.as_ref()), "to be tried again");
            }
            Failed::Poison(why) => tracing::error!(message = %id, why, "poison"),
        }
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        failures.push(failure);
    }
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bodies: &[&str]) -> SqsEvent {
        let mut event = SqsEvent::default();
        event.records = bodies
            .iter()
            .enumerate()
            .map(|(number, body)| {
                let mut message = SqsMessage::default();
                message.message_id = Some(number.to_string());
                message.body = Some((*body).to_owned());
                message
            })
            .collect();
        event
    }

    #[tokio::test]
    async fn one_bad_message_does_not_fail_its_batch() {
        let answer = process_batch(batch(&["good", "bad", "late", "good"]), |message| async move {
            match message.body.as_deref() {
                Some("bad") => read::<u8>("{", "not a number").map(|_| ()),
                Some("late") => Err(Failed::retry("the table is busy")),
                _ => Ok(()),
            }
        })
        .await;
        let failed: Vec<_> =
            answer.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["1", "2"]);
    }

    #[tokio::test]
    async fn a_message_whose_work_was_continued_too_often_is_poison() {
        let mut event = batch(&["first", "endless"]);
        let mut attribute = aws_lambda_events::event::sqs::SqsMessageAttribute::default();
        attribute.string_value = Some("1001".to_owned());
        event.records[1].message_attributes.insert("hops".to_owned(), attribute);
        let answer = process_batch(event, |message| async move {
            assert_eq!(message.body.as_deref(), Some("first"), "this message is not handled");
            Ok(())
        })
        .await;
        let failed: Vec<_> =
            answer.batch_item_failures.iter().map(|f| f.item_identifier.as_str()).collect();
        assert_eq!(failed, ["1"]);
    }

    #[tokio::test]
    async fn concurrent_messages_do_not_wait_for_each_other() {
        let met = &tokio::sync::Barrier::new(2);
        let answer = process_batch_concurrently(batch(&["a", "b"]), 2, |message| async move {
            met.wait().await;
            match message.body.as_deref() {
                Some("a") => Ok(()),
                _ => Err(Failed::retry("the table is busy")),
            }
        });
        let answer = tokio::time::timeout(std::time::Duration::from_secs(5), answer).await.unwrap();
        assert_eq!(answer.batch_item_failures.len(), 1);
    }
}
