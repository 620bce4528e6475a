//! Why a request is refused, whatever its content.

use super::class::error_codes;

/// Why a request is refused, whatever its content.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RequestError {
    /// An idempotency key that another request used before.
    #[error("came with another request within 24 hours: send each request with a key of its own")]
    IdempotencyKeyReused,
}

error_codes! {
    RequestError by Till {
        IdempotencyKeyReused => Conflict, "idempotency_key_reused";
    }
}
