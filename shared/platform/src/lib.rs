//! Everything that all functions need to run: settings, AWS clients with time limits, logs, queues and the
//! messages between functions.

pub mod clients;
mod error;
pub mod internet;
pub mod messages;
pub mod queue;
pub mod settings;
pub mod telemetry;

use domain::Instant;

pub use error::StartError;

/// The instant to stop at, so that an invocation which must end at `deadline` (milliseconds since 1970, as
/// the runtime gives it) has `margin` left.
#[must_use]
pub fn until(deadline: u64, margin: std::time::Duration) -> Instant {
    let end = i64::try_from(deadline).ok().and_then(|end| Instant::from_millisecond(end).ok());
    end.and_then(|end| end.checked_sub(margin).ok()).unwrap_or(Instant::MAX)
}

/// The clock. Functions read it here and pass the instant on as an argument.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}
