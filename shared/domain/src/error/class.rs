//! Every error of the domain has a stable code, and a class that decides the HTTP status.

/// How a caller can react to an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The request breaks a rule by itself: the same request is refused again (HTTP 422).
    Invalid,
    /// The request contradicts what is stored: another state would allow it (HTTP 409).
    Conflict,
}

/// Gives an error type its codes, classes and causes. A variant without a code does not compile, and every
/// code is listed in `CODES`. The type names the cause of its codes after `by`, and a code of another cause names
/// its own. `=> Refused(refusal)` takes all three from the refusal that the variant holds.
macro_rules! error_codes {
    (@cause $default:ident) => { $crate::Cause::$default };
    (@cause $default:ident $own:ident) => { $crate::Cause::$own };
    ($error:ident by $default:ident {
        $($variant:ident => $class:ident, $code:literal $(, $own:ident)?;)*
        $(=> $holder:ident($held:ident);)*
    }) => {
        impl $error {
            /// Every code of this type with its cause, without those of a refusal that a variant holds.
            pub const CODES: &'static [(&'static str, $crate::Cause)] =
                &[$(($code, $crate::error::class::error_codes!(@cause $default $($own)?))),*];

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

            /// Who can bring the refusal about.
            #[must_use]
            pub const fn cause(self) -> $crate::Cause {
                match self {
                    $(Self::$variant { .. } => $crate::error::class::error_codes!(@cause $default $($own)?),)*
                    $(Self::$holder(_) => $crate::Cause::Cashier,)*
                }
            }
        }
    };
}
pub(crate) use error_codes;
