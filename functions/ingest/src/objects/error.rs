//! Why a call to S3 failed.

use aws_sdk_s3::error::SdkError;

/// Why an object could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    /// The object was deleted, or was replaced by other content.
    #[error("the object is gone or was replaced")]
    Gone,
    /// The call failed, or took too long.
    #[error("the bucket could not be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ObjectError {
    pub(super) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(error))
    }

    /// The error of a call that names an existing object.
    pub(super) fn of_call<E>(error: SdkError<E>) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        match error.raw_response().map(|response| response.status().as_u16()) {
            Some(404 | 412) => Self::Gone,
            _ => Self::unavailable(error),
        }
    }
}
