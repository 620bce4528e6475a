//! Settings: the environment variables that the template sets.

use crate::error::StartError;

/// A setting that must be present and not empty.
pub fn text(name: &'static str) -> Result<String, StartError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(StartError::Setting(name)),
    }
}

/// A setting that is a whole number.
pub fn number(name: &'static str) -> Result<u64, StartError> {
    text(name)?.parse().map_err(|_| StartError::Setting(name))
}
