//! What every error of the domain has: a stable code, and a class that decides the HTTP status.
//!
//! Each aggregate has its own error type. [`DomainError`] holds any of them.

use crate::campaign::CampaignError;
use crate::coupon::CouponError;
use crate::ledger::LedgerError;
use crate::member::MemberError;
use crate::merchant::MerchantError;
use crate::programme::ProgrammeError;
use crate::purchase::PurchaseError;
use crate::reward::RewardError;
use crate::values::ValueError;
use crate::webhook::WebhookError;

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

/// Why a request is refused, whatever it asks for.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RequestError {
    /// A key of a request that came with another request before.
    #[error("came with another request within 24 hours: send each request with a key of its own")]
    IdempotencyKeyReused,
}

error_codes! {
    RequestError {
        IdempotencyKeyReused => Conflict, "idempotency_key_reused";
    }
}

/// Lists the error types once: the variants of [`DomainError`], their conversions, codes and classes.
macro_rules! domain_error {
    ($($(#[$doc:meta])* $variant:ident($error:ident),)*) => {
        /// An error of the domain, of whichever aggregate.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        pub enum DomainError {
            $($(#[$doc])* #[error(transparent)] $variant(#[from] $error),)*
        }

        impl DomainError {
            /// A stable code, for programs and for translation.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant(error) => error.code(),)*
                }
            }

            /// The class, which decides the HTTP status.
            #[must_use]
            pub const fn class(self) -> ErrorClass {
                match self {
                    $(Self::$variant(error) => error.class(),)*
                }
            }

            /// Every code, without those of [`crate::coupon::Refusal`] and [`crate::reward::Refusal`].
            pub fn codes() -> impl Iterator<Item = &'static str> {
                [$($error::CODES),*].into_iter().flatten().copied()
            }
        }
    };
}

domain_error! {
    /// A value that is not accepted.
    Value(ValueError),
    /// A member.
    Member(MemberError),
    /// A purchase.
    Purchase(PurchaseError),
    /// The ledger.
    Ledger(LedgerError),
    /// A programme.
    Programme(ProgrammeError),
    /// An offer, a batch or a coupon.
    Coupon(CouponError),
    /// A reward or a redemption.
    Reward(RewardError),
    /// A campaign or its segment.
    Campaign(CampaignError),
    /// A merchant's settings.
    Merchant(MerchantError),
    /// A webhook.
    Webhook(WebhookError),
    /// The request itself.
    Request(RequestError),
}
