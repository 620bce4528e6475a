//! Why a function could not start.

/// Why a function could not start. The runtime reports the error, and Lambda starts another instance.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is missing or malformed. The template sets every setting.
    #[error("the environment variable {0} is missing or unusable")]
    Setting(&'static str),
    /// A secret that could not be read.
    #[error("a secret could not be read")]
    Secret(#[source] Box<dyn std::error::Error + Send + Sync>),
}
