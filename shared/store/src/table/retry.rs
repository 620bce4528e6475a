//! Writes with a condition that are tried again where other writers came first.

use crate::StoreError;
use std::ops::ControlFlow;
use std::time::Duration;

/// Attempts before [`StoreError::Busy`]. Together they take about two seconds at the most.
const ATTEMPTS: u32 = 8;

/// The result of one attempt.
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
        // Boxed: the future of an attempt has some 10 KB, and the future of every caller would hold
        // several copies.
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

/// Waits a random time: up to 10 ms, doubled for each attempt, and 500 ms at the most. The random
/// time keeps two writers from meeting again (full jitter).
async fn wait(attempt: u32) {
    let ceiling = (10_u64 << attempt.min(6)).min(500);
    tokio::time::sleep(Duration::from_millis(fastrand::u64(0..=ceiling))).await;
}
