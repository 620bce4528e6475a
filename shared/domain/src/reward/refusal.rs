//! Why a reward is not given to a member.

use crate::ErrorClass;

/// Why a reward is not given to a member.
///
/// `Display` is an English sentence for developers that follows the name of the field. The sentence for
/// people is the one of its code in [`crate::language`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// The merchant disabled the reward, or the offer whose coupons the reward gives.
    #[error("is disabled: the merchant does not give it for the time being")]
    Disabled,
    /// The first day of the reward has not come.
    #[error("is not given yet: see its first day")]
    NotBegun,
    /// The last day of the reward, or of its offer, has passed.
    #[error("is not given any more: see its last day")]
    Ended,
    /// The reward is for members of a higher level.
    #[error("is for members of a higher level")]
    LevelTooLow,
    /// No piece is left.
    #[error("is out of stock")]
    OutOfStock,
    /// The member had the reward as often as its limit allows.
    #[error("was given to this member as often as its limit allows")]
    MemberLimit,
}

impl Refusal {
    /// Every refusal.
    pub const ALL: [Self; 6] = [
        Self::Disabled,
        Self::NotBegun,
        Self::Ended,
        Self::LevelTooLow,
        Self::OutOfStock,
        Self::MemberLimit,
    ];

    /// A stable code, for programs and for translation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Disabled => "reward_disabled",
            Self::NotBegun => "reward_not_begun",
            Self::Ended => "reward_ended",
            Self::LevelTooLow => "reward_level",
            Self::OutOfStock => "reward_out_of_stock",
            Self::MemberLimit => "reward_member_limit",
        }
    }

    /// The class, which decides the HTTP status.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::OutOfStock | Self::MemberLimit => ErrorClass::Conflict,
            Self::Disabled | Self::NotBegun | Self::Ended | Self::LevelTooLow => {
                ErrorClass::Invalid
            }
        }
    }
}
