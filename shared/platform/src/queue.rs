//! A batch of queue messages: each dealt with by itself, and only those that failed come back.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use futures::stream::{self, StreamExt as _};
use std::future::Future;
use std::pin::pin;

/// Why a message was not dealt with.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    /// The same message may go through later.
    #[error("to be tried again: {0}")]
    Retry(Box<dyn std::error::Error + Send + Sync>),
    /// No later attempt can do better; the message goes to the dead letters, where somebody looks.
    #[error("not a message of ours: {0}")]
    Poison(&'static str),
}

impl Failed {
    /// Wraps an error that may pass.
    pub fn retry(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Retry(error.into())
    }
}

/// Deals with the messages of a batch one after another. Those that failed are named in the answer,
/// so that SQS brings only them again, and after the queue's last attempt to its dead letters.
pub async fn process_batch<F, Fut>(event: SqsEvent, handle: F) -> SqsBatchResponse
where
    F: FnMut(SqsMessage) -> Fut,
    Fut: Future<Output = Result<(), Failed>>,
{
    process_batch_concurrently(event, 1, handle).await
}

/// As [`process_batch`], with so many messages under way at once: while one waits for an answer, another goes
/// on. What they have in common must stand that.
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
    let dealt = stream::iter(named).map(|(id, message)| {
        let dealt = handle(message);
        async move { (id, dealt.await) }
    });
    let mut failures = Vec::new();
    let mut dealt = pin!(dealt.buffer_unordered(at_once));
    while let Some((id, outcome)) = dealt.next().await {
        let Err(failed) = outcome else { continue };
        match &failed {
            Failed::Retry(source) => {
                tracing::warn!(message = %id, error = %Chain(source.as_ref()), "to be tried again");
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

/// An error with its sources, since an SDK error alone says only «service error».
pub struct Chain<'a>(pub &'a (dyn std::error::Error + 'static));

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(f, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
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
    async fn one_bad_message_never_fails_its_batch() {
        let answer = process_batch(batch(&["good", "bad", "late", "good"]), |message| async move {
            match message.body.as_deref() {
                Some("bad") => Err(Failed::Poison("no JSON")),
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
    async fn messages_dealt_with_at_once_do_not_wait_for_one_another() {
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
