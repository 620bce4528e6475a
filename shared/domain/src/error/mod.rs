//! The errors of the domain. Each aggregate has its own error type; [`DomainError`] holds any of them.
//!
//! Every error has a stable code, and a class that decides the HTTP status.

mod cause;
pub(crate) mod class;
mod field;
mod request;

pub use cause::Cause;
pub use class::ErrorClass;
pub use field::InvalidField;
pub use request::RequestError;

use crate::campaign::error::CampaignError;
use crate::coupon::error::CouponError;
use crate::ledger::error::LedgerError;
use crate::member::error::MemberError;
use crate::merchant::error::MerchantError;
use crate::programme::error::ProgrammeError;
use crate::purchase::error::PurchaseError;
use crate::reward::error::RewardError;
use crate::values::error::ValueError;
use crate::webhook::error::WebhookError;

/// Lists the error types once: the variants of [`DomainError`], their conversions, codes, classes and causes.
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

            /// Who can bring the refusal about.
            #[must_use]
            pub const fn cause(self) -> Cause {
                match self {
                    $(Self::$variant(error) => error.cause(),)*
                }
            }

            /// Every code with its cause. The codes of [`crate::coupon::Refusal`] and [`crate::reward::Refusal`]
            /// have the cause [`Cause::Cashier`].
            pub fn codes() -> impl Iterator<Item = (&'static str, Cause)> {
                let coupons = crate::coupon::Refusal::ALL.into_iter().map(crate::coupon::Refusal::code);
                let rewards = crate::reward::Refusal::ALL.into_iter().map(crate::reward::Refusal::code);
                let refusals = coupons.chain(rewards).map(|code| (code, Cause::Cashier));
                [$($error::CODES),*].into_iter().flatten().copied().chain(refusals)
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
