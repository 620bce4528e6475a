//! What a call to the store can come to, other than its answer.

use domain::DomainError;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A rule of the domain stands against it; the caller can mend it.
    #[error("{0}")]
    Refused(DomainError),
    /// No such thing in this tenant, or none at all: the caller cannot tell which.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Something stands in the way that the caller should look at; a sentence that says what to do.
    #[error("{0}")]
    Conflict(&'static str),
    /// Others wrote the same items again and again; the same call may go through later.
    #[error("others are writing the same member: send the request again")]
    Busy,
    /// DynamoDB did not do it, in time or at all; the same call may go through later.
    #[error("the table could not be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// An item is not what this code writes: a defect, or tampering where the vault says so.
    #[error("an item of kind {0} could not be read")]
    Corrupt(&'static str),
}

impl StoreError {
    /// Whether the same call may go through later.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Unavailable(_))
    }

    /// For `map_err` of what a stored item should hold and does not.
    pub(crate) fn corrupt<E>(kind: &'static str) -> impl Fn(E) -> Self {
        move |_| Self::Corrupt(kind)
    }

    pub(crate) fn unavailable(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }
}

/// A rule of any aggregate refuses the operation.
impl<E: Into<DomainError>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}
