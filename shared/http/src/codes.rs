//! The codes that programs tell refusals by. Every one stands in a list, and `docs/error-codes.md` is
//! held to the lists by a test.

use domain::DomainError;
use serde::Serialize;

/// A code. Only [`crate::codes!`] and the rules of the domain make one, so that none is out of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Code(&'static str);

impl Code {
    /// For [`crate::codes!`] alone.
    #[doc(hidden)]
    #[must_use]
    pub const fn listed(code: &'static str) -> Self {
        Self(code)
    }

    /// As it is sent.
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

/// Declares codes, each a constant, and `ALL` of them. Each has a row in `docs/error-codes.md`.
#[macro_export]
macro_rules! codes {
    ($($name:ident = $code:literal,)*) => {
        $(
            #[doc = concat!("`", $code, "`.")]
            pub const $name: $crate::codes::Code = $crate::codes::Code::listed($code);
        )*

        /// All of them.
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
