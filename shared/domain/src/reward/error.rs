//! Why a reward or a redemption is not accepted.

use crate::error::class::error_codes;
use crate::reward::limits::{MOST_POINTS, MOST_STOCK};
use crate::reward::refusal::Refusal;

/// Why a reward or a redemption is not accepted.
///
/// `Display` is an English sentence for developers that follows the name of the field.
/// No variant carries what a person typed, so each of them may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum RewardError {
    /// A price in points that is out of range.
    #[error("must be 1 to {MOST_POINTS} points")]
    Points,
    /// A bill without an amount, or of more than a purchase can have.
    #[error(
        "must be 1 cent to 1000000 euros: the amount of the bill before the points are taken off"
    )]
    Bill,
    /// A stock of more than can be counted.
    #[error("must be at most {MOST_STOCK}: leave it out where the stock does not end")]
    Stock,
    /// A limit per member that is zero, or above the stock.
    #[error("must be 1 or more, and not more than the stock: disable the reward to stop it")]
    Limit,
    /// An offer whose codes can be used several times.
    #[error("must be an offer whose codes are used once: each redemption buys one coupon")]
    Offer,
    /// A reward that is not given to the member.
    #[error("{0}")]
    Refused(Refusal),
    /// A redemption of goods that were handed out: the points stay spent.
    #[error("was fulfilled: its goods were handed out, and it cannot be cancelled any more")]
    RedemptionFulfilled,
    /// A cancelled redemption: the member has the points again.
    #[error("was cancelled, and its points were given back: request the reward again")]
    RedemptionCancelled,
    /// A redemption whose coupon was used with a purchase.
    #[error("gave a coupon that was used: first cancel the purchase that used it")]
    RedemptionCouponUsed,
}

error_codes! {
    RewardError by Office {
        Points => Invalid, "reward_points", Cashier;
        Bill => Invalid, "reward_bill", Cashier;
        Stock => Invalid, "reward_stock";
        Limit => Invalid, "reward_limit";
        Offer => Invalid, "reward_offer";
        RedemptionFulfilled => Conflict, "redemption_fulfilled", Cashier;
        RedemptionCancelled => Conflict, "redemption_cancelled", Cashier;
        RedemptionCouponUsed => Conflict, "redemption_coupon_used", Cashier;
        => Refused(refusal);
    }
}
