//! Every error of the domain has a stable code, and a class that decides the HTTP status.

/// How a caller can react to an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The request breaks a rule by itself: the same request is refused again (HTTP 422).
    Invalid,
    /// The request contradicts what is stored: another state would allow it (HTTP 409).
    Conflict,
}

/// Gives an error type its codes and classes. A variant without a code does not compile, and every
/// code is listed in `CODES`. `=> Refused(refusal)` takes both from the refusal that the variant holds.
macro_rules! error_codes {
    ($error:ident {
        $($variant:ident => $class:ident, $code:literal;)*
        $(=> $holder:ident($held:ident);)*
    }) => {
        impl $error {
            /// Every code of this type, without those of a refusal that a variant holds.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// A stable code, for programs and for translation.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant { .. } => $code,)*
                    $(Self::$holder($held) => $held.code(),)*
                }
            }

            /// The class, which decides the HTTP status.
            #[must_use]
            pub const fn class(self) -> $crate::ErrorClass {
                match self {
                    $(Self::$variant { .. } => $crate::ErrorClass::$class,)*
                    $(Self::$holder($held) => $held.class(),)*
                }
            }
        }
    };
}
pub(crate) use error_codes;
