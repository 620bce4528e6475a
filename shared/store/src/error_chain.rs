//! An error as one line, for logs.

use std::error::Error;
use std::fmt;

/// Writes an error and all its sources, joined by colons. The error of an AWS client alone says only
/// "service error"; the reason is among its sources.
pub struct ErrorChain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
    use crate::StoreError;

    #[test]
    fn every_source_is_written() {
        let cause = std::io::Error::other(std::io::Error::other("connection reset"));
        let error = StoreError::Unavailable(Box::new(cause));
        let written = ErrorChain(&error).to_string();
        assert_eq!(written, format!("{error}: connection reset"));
    }
}
