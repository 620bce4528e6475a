//! The codes of refusals, for programs. Every code is in a list, and a test compares `docs/error-codes.md`
//! with the lists.

use domain::DomainError;
use serde::Serialize;

/// A code of a refusal. Only [`crate::codes!`] and the errors of the domain make codes, so that every code is
/// in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Code(&'static str);

impl Code {
    /// Only [`crate::codes!`] may call this function.
    #[doc(hidden)]
    #[must_use]
    pub const fn listed(code: &'static str) -> Self {
        Self(code)
    }

    /// The code as it is sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl<E: Into<DomainError>> From<E> for Code {
    fn from(error: E) -> Self {
        Self(error.into().code())
    }
}

/// Declares codes, each as a constant, and the list `ALL`. Each code has a row in `docs/error-codes.md`.
#[macro_export]
macro_rules! codes {
    ($($name:ident = $code:literal,)*) => {
        $(
            #[doc = concat!("`", $code, "`.")]
            pub const $name: $crate::codes::Code = $crate::codes::Code::listed($code);
        )*

        /// All codes of this list.
        pub const ALL: &[$crate::codes::Code] = &[$($name),*];
    };
}

codes! {
    // A request as a whole.
    BODY_TOO_LARGE = "body_too_large",
    BUSY = "busy",
    CONFLICT = "conflict",
    DEFECT = "defect",
    FORBIDDEN = "forbidden",
    INVALID_FIELDS = "invalid_fields",
    MALFORMED = "malformed",
    METHOD_NOT_ALLOWED = "method_not_allowed",
    NOT_FOUND = "not_found",
    ORIGIN_NOT_ALLOWED = "origin_not_allowed",
    SCOPE_NOT_ALLOWED = "scope_not_allowed",
    SOFTWARE_NOT_NAMED = "software_not_named",
    UNAUTHENTICATED = "unauthenticated",
    UNAVAILABLE = "unavailable",
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type",
    // A field, a parameter, or a header.
    CURSOR = "cursor",
    IDEMPOTENCY_KEY = "idempotency_key",
    IDEMPOTENCY_KEY_MISSING = "idempotency_key_missing",
    LIMIT = "limit",
    MISSING = "missing",
    TYPE = "type",
    UNKNOWN_FIELD = "unknown_field",
    UNKNOWN_PARAMETER = "unknown_parameter",
    UNKNOWN_VALUE = "unknown_value",
}
