//! Optimistic writes that are tried again where other writers came first.

use crate::StoreError;
use crate::table::transaction::TransactionOutcome;
use std::ops::ControlFlow;
use std::time::Duration;

/// Attempts before [`StoreError::Busy`]: about two seconds together at the most.
const ATTEMPTS: u32 = 8;

/// What became of one attempt.
pub(crate) enum Attempt<T> {
    /// The operation ended with this result.
    Done(T),
    /// Other writers came first: read again and try again.
    Again,
}

/// Calls `attempt` with the numbers 0, 1, 2… until the operation is done, and waits between two attempts.
///
/// # Errors
/// [`StoreError::Busy`] after the last attempt, and any error of an attempt at once.
pub(crate) async fn retry<T, F>(mut attempt: impl FnMut(u32) -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<Attempt<T>, StoreError>>,
{
    let numbered = |number| {
        // Boxed: otherwise the future of every caller holds the attempt's, of some 10 KB, several times.
        let attempted = Box::pin(attempt(number));
        async move {
            Ok(match attempted.await? {
                Attempt::Done(result) => ControlFlow::Break(result),
                Attempt::Again => ControlFlow::Continue(number + 1),
            })
        }
    };
    retry_rest(0, numbered).await
}

/// As [`retry`], where an attempt does a part of the work and leaves the rest to the next attempt.
pub(crate) async fn retry_rest<R, T, F>(
    mut rest: R,
    mut attempt: impl FnMut(R) -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<ControlFlow<T, R>, StoreError>>,
{
    for number in 0..ATTEMPTS {
        match attempt(rest).await? {
            ControlFlow::Break(result) => return Ok(result),
            ControlFlow::Continue(left) => rest = left,
        }
        wait(number).await;
    }
    Err(StoreError::Busy)
}

/// Waits a random time of up to 10 ms, doubled at each attempt and 500 ms at the most. Full jitter, so
/// that two writers that met do not meet again.
async fn wait(attempt: u32) {
    let ceiling = (10_u64 << attempt.min(6)).min(500);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=ceiling))).await;
}

impl TransactionOutcome {
    /// Done with this result where the transaction was committed, and otherwise again.
    pub(crate) fn done<T>(self, result: T) -> Attempt<T> {
        match self {
            Self::Committed => Attempt::Done(result),
            Self::Cancelled(_) => Attempt::Again,
        }
    }
}
