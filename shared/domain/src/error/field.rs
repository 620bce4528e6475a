//! A field that is not accepted, and why.

use super::DomainError;
use std::borrow::Cow;

/// A field that is not accepted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidField {
    /// The place of the field in the document that was read, as a JSON pointer (RFC 6901):
    /// `/spend/0/points`.
    pub pointer: Cow<'static, str>,
    /// Why the field is not accepted.
    pub error: DomainError,
}

impl InvalidField {
    /// A field at a pointer, with its error.
    pub fn new(pointer: impl Into<Cow<'static, str>>, error: impl Into<DomainError>) -> Self {
        Self { pointer: pointer.into(), error: error.into() }
    }
}
