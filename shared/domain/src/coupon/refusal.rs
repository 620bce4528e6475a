//! Why a coupon takes nothing off a basket.

use crate::ErrorClass;

/// Why a coupon takes nothing off a basket.
///
/// `Display` is an English sentence for developers that follows the name of the field. The sentence for
/// people is the one of its code in [`crate::language`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The merchant has no such code, or the batch of the code is not finished.
    #[error("is not a coupon of this merchant")]
    Unknown,
    /// The merchant disabled the code or its whole offer.
    #[error("was disabled by the merchant")]
    Disabled,
    /// The first day of the offer has not come.
    #[error("is not valid yet: see the first day of its offer")]
    NotBegun,
    /// The last day of the offer has passed.
    #[error("has expired: see the last day of its offer")]
    Expired,
    /// The offer is for other establishments.
    #[error("is not valid at this establishment")]
    NotHere,
    /// The code has no use left.
    #[error("is used up")]
    UsedUp,
    /// The offer is for a known customer, and no customer is named.
    #[error("needs a member: name the customer in member")]
    NeedsMember,
    /// The coupon was given to another member.
    #[error("was given to another member")]
    OfAnotherMember,
    /// The member used the offer as often as the offer allows.
    #[error("was used by this member as often as its offer allows")]
    MemberLimit,
    /// The basket is below the minimum spend of the offer.
    #[error("needs a larger basket: see the minimum spend of its offer")]
    BelowMinimum,
    /// The article of the offer is not in the basket.
    #[error("needs its article in the basket: send the basket's lines with their sku")]
    NoProduct,
    /// The till took more off than the coupon gives.
    #[error("is more than the coupon gives on this basket")]
    TooMuch,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 12] = [
        Self::Unknown,
        Self::Disabled,
        Self::NotBegun,
        Self::Expired,
        Self::NotHere,
        Self::UsedUp,
        Self::NeedsMember,
        Self::OfAnotherMember,
        Self::MemberLimit,
        Self::BelowMinimum,
        Self::NoProduct,
        Self::TooMuch,
    ];

    /// A stable code, for programs and for translation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "coupon_unknown",
            Self::Disabled => "coupon_disabled",
            Self::NotBegun => "coupon_not_begun",
            Self::Expired => "coupon_expired",
            Self::NotHere => "coupon_not_here",
            Self::UsedUp => "coupon_used_up",
            Self::NeedsMember => "coupon_needs_member",
            Self::OfAnotherMember => "coupon_of_another_member",
            Self::MemberLimit => "coupon_member_limit",
            Self::BelowMinimum => "coupon_below_minimum",
            Self::NoProduct => "coupon_no_product",
            Self::TooMuch => "coupon_discount_too_large",
        }
    }

    /// The class, which decides the HTTP status.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::UsedUp | Self::MemberLimit => ErrorClass::Conflict,
            Self::Unknown
            | Self::Disabled
            | Self::NotBegun
            | Self::Expired
            | Self::NotHere
            | Self::NeedsMember
            | Self::OfAnotherMember
            | Self::BelowMinimum
            | Self::NoProduct
            | Self::TooMuch => ErrorClass::Invalid,
        }
    }
}
