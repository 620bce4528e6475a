//! Settings, from the environment that the template gives.

use crate::StartError;

/// A setting that must be there.
///
/// # Errors
/// [`StartError::Setting`] with its name.
pub fn text(name: &'static str) -> Result<String, StartError> {
    match std::env::var(name) {
        Ok(value) if !value.is_empty() => Ok(value),
        _ => Err(StartError::Setting(name)),
    }
}

/// A setting that is a whole number.
///
/// # Errors
/// [`StartError::Setting`] with its name.
pub fn number(name: &'static str) -> Result<u64, StartError> {
    text(name)?.parse().map_err(|_| StartError::Setting(name))
}
