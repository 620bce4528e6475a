//! Why a reward or a redemption is not accepted.

use crate::error::error_codes;
use crate::reward::Refusal;

/// Why a reward or a redemption is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RewardError {
    /// A price in points of none, or of an absurd number.
    #[error("must be 1 to {} points", crate::reward::MOST_POINTS)]
    Points,
    /// A limit of a reward that lets nobody in, or more than there are.
    #[error("must be 1 or more, and not more than the stock: disable the reward to stop it")]
    Limit,
    /// A reward by coupons that more than one purchase could use.
    #[error("must be an offer whose codes are used once, for its coupons are bought one by one")]
    Offer,
    /// A reward that is not given.
    #[error("{0}")]
    Refused(Refusal),
    /// Goods that were handed out, so that their points stay spent.
    #[error("was fulfilled: its goods were handed out, and it cannot be cancelled any more")]
    RedemptionFulfilled,
    /// A redemption whose points went back.
    #[error("was cancelled: its points went back, so request it anew")]
    RedemptionCancelled,
    /// A redemption whose coupon took something off a purchase.
    #[error("gave a coupon that was used: cancel the purchase that it was used with first")]
    RedemptionCouponUsed,
}

error_codes! {
    RewardError {
        Points => Invalid, "reward_points";
        Limit => Invalid, "reward_limit";
        Offer => Invalid, "reward_offer";
        RedemptionFulfilled => Conflict, "redemption_fulfilled";
        RedemptionCancelled => Conflict, "redemption_cancelled";
        RedemptionCouponUsed => Conflict, "redemption_coupon_used";
        => Refused(refusal);
    }
}
