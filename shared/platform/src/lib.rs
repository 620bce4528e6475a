//! Everything that all functions need to run: settings, AWS clients with time limits, logs, queues and the
//! messages between functions.

pub mod clients;
mod deadline;
mod error;
pub mod internet;
pub mod messages;
pub mod queue;
pub mod settings;
pub mod telemetry;

use domain::Instant;

pub use deadline::Deadline;
pub use error::StartError;

/// The clock. Functions read it here and pass the instant on as an argument.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}
