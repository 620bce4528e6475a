//! A redemption (*utilisation de points*): points spent on a reward or taken off a bill, from the request
//! to its end.

use crate::ledger::lots::Lot;
use crate::values::word_enum::word_enum;
use crate::{CouponCode, Instant, Points, RedemptionId, RewardError, RewardId};

word_enum! {
    /// The state of a redemption.
    pub enum State {
        /// The points are spent; the goods are not handed out yet.
        Requested = "requested",
        /// The goods were handed out, or the coupon or the discount was given.
        Fulfilled = "fulfilled",
        /// The points were given back to the lots they came from.
        Cancelled = "cancelled",
    }
}

/// What points are spent on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spent {
    /// A reward that is handed out.
    Goods(RewardId),
    /// A reward that is a coupon.
    Coupon(RewardId, CouponCode),
    /// A discount on a bill.
    Bill,
}

/// A redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Its identifier, which holds the instant of the request.
    pub id: RedemptionId,
    /// What the points are spent on.
    pub spent: Spent,
    /// The points spent.
    pub points: Points,
    /// The lots that the points came from.
    pub lots: Vec<Lot>,
    /// When it was requested.
    pub requested_at: Instant,
    /// Its state.
    pub state: State,
    /// When the state last changed.
    pub changed_at: Instant,
}

impl Redemption {
    /// A redemption requested now. Goods are to be handed out; a coupon or a discount is given at once.
    #[must_use]
    pub fn request(id: RedemptionId, spent: Spent, lots: Vec<Lot>, now: Instant) -> Self {
        let state = match spent {
            Spent::Goods(_) => State::Requested,
            Spent::Coupon(..) | Spent::Bill => State::Fulfilled,
        };
        let points = lots.iter().map(|lot| lot.remaining).sum();
        Self { id, spent, points, lots, requested_at: now, state, changed_at: now }
    }

    /// The reward that was redeemed.
    #[must_use]
    pub const fn reward(&self) -> Option<RewardId> {
        match self.spent {
            Spent::Goods(reward) | Spent::Coupon(reward, _) => Some(reward),
            Spent::Bill => None,
        }
    }

    /// Notes that the goods were handed out. Returns `false` where this was noted before.
    ///
    /// # Errors
    /// [`RewardError::RedemptionCancelled`].
    pub const fn fulfil(&mut self, now: Instant) -> Result<bool, RewardError> {
        match self.state {
            State::Requested => {
                (self.state, self.changed_at) = (State::Fulfilled, now);
                Ok(true)
            }
            State::Fulfilled => Ok(false),
            State::Cancelled => Err(RewardError::RedemptionCancelled),
        }
    }

    /// Cancels the redemption. Returns `false` where it was cancelled before.
    ///
    /// # Errors
    /// [`RewardError::RedemptionFulfilled`] for goods that were handed out.
    pub fn cancel(&mut self, now: Instant) -> Result<bool, RewardError> {
        match (self.state, &self.spent) {
            (State::Cancelled, _) => Ok(false),
            (State::Fulfilled, Spent::Goods(_)) => Err(RewardError::RedemptionFulfilled),
            _ => {
                (self.state, self.changed_at) = (State::Cancelled, now);
                Ok(true)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redemption(spent: Spent) -> Redemption {
        Redemption::request(RedemptionId::from_bytes([1; 16]), spent, vec![], Instant::UNIX_EPOCH)
    }

    #[test]
    fn a_redemption_of_goods_cannot_be_cancelled_once_they_were_handed_out() {
        let later = Instant::from_second(60).unwrap();
        let mut goods = redemption(Spent::Goods(RewardId::from_bytes([2; 16])));
        assert_eq!(goods.state, State::Requested);
        assert_eq!(goods.fulfil(later), Ok(true));
        assert_eq!(goods.fulfil(later), Ok(false));
        assert_eq!(goods.cancel(later), Err(RewardError::RedemptionFulfilled));
    }

    #[test]
    fn a_redemption_is_cancelled_once_and_then_never_fulfilled() {
        let later = Instant::from_second(60).unwrap();
        let mut bill = redemption(Spent::Bill);
        assert_eq!(bill.cancel(later), Ok(true));
        assert_eq!(bill.cancel(later), Ok(false));
        assert_eq!(bill.fulfil(later), Err(RewardError::RedemptionCancelled));
    }
}
