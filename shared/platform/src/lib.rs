//! What every function needs to run: settings, clients with time limits, telemetry, queue batches.

pub mod clients;
pub mod internet;
pub mod messages;
#[cfg(feature = "sqs")]
pub mod outbox;
pub mod queue;
pub mod settings;
pub mod telemetry;
pub mod ttl_cache;
pub mod webhook_messages;

use domain::Instant;

/// Why a function could not start. The runtime reports it and Lambda starts another instance.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting that the template should have given.
    #[error("the environment variable {0} is missing or unusable")]
    Setting(&'static str),
    /// A secret that could not be read.
    #[error("a secret could not be read")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The table did not answer.
    #[error("the table could not be reached")]
    Table(#[from] store::StoreError),
}

/// When to stop, so that an invocation that must end at `deadline` (milliseconds since 1970, as the
/// runtime gives it) has `margin` left.
#[must_use]
pub fn until(deadline: u64, margin: std::time::Duration) -> Instant {
    let end = i64::try_from(deadline).ok().and_then(|end| Instant::from_millisecond(end).ok());
    end.and_then(|end| end.checked_sub(margin).ok()).unwrap_or(Instant::MAX)
}

/// The clock, read at the edge and passed on as an argument.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}
