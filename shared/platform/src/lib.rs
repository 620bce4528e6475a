//! What every function needs to run: settings, clients with time limits, telemetry, queue batches.

pub mod clients;
pub mod queue;
pub mod settings;
pub mod telemetry;

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

/// The clock, read at the edge and passed on as an argument.
#[must_use]
pub fn now() -> Instant {
    Instant::now()
}
