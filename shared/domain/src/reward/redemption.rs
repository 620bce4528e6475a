//! A redemption (*utilisation de points*): points spent on a reward or off a bill, from its request to
//! its end.

use crate::ledger::lots::Lot;
use crate::{CouponCode, Instant, Points, RedemptionId, RewardError, RewardId};

/// How far a redemption is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The points are spent; the goods are not handed out yet.
    Requested,
    /// Everything was given.
    Fulfilled,
    /// The points went back the way they came.
    Cancelled,
}

impl State {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Fulfilled => "fulfilled",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let states = [Self::Requested, Self::Fulfilled, Self::Cancelled];
        states.into_iter().find(|state| state.as_str() == text)
    }
}

/// What points were spent on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spent {
    /// A reward that is handed out.
    Goods(RewardId),
    /// A reward that is a coupon.
    Coupon(RewardId, CouponCode),
    /// So much off a bill.
    Bill,
}

/// A redemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// Its identifier, which tells when it was requested.
    pub id: RedemptionId,
    /// What for.
    pub spent: Spent,
    /// What it cost.
    pub points: Points,
    /// The lots it took.
    pub lots: Vec<Lot>,
    /// When it was requested.
    pub requested_at: Instant,
    /// How far it is.
    pub state: State,
    /// When it became so.
    pub changed_at: Instant,
}

impl Redemption {
    /// A redemption that is requested now: of goods it waits for them, all else is given at once.
    #[must_use]
    pub fn request(id: RedemptionId, spent: Spent, lots: Vec<Lot>, now: Instant) -> Self {
        let state = match spent {
            Spent::Goods(_) => State::Requested,
            Spent::Coupon(..) | Spent::Bill => State::Fulfilled,
        };
        let points = lots.iter().map(|lot| lot.remaining).sum();
        Self { id, spent, points, lots, requested_at: now, state, changed_at: now }
    }

    /// The reward it is of.
    #[must_use]
    pub const fn reward(&self) -> Option<RewardId> {
        match self.spent {
            Spent::Goods(reward) | Spent::Coupon(reward, _) => Some(reward),
            Spent::Bill => None,
        }
    }

    /// Notes that the goods were handed out. Told by `false`: they were already.
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

    /// Notes that it is not to be. Told by `false`: it was not already.
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
    fn goods_wait_to_be_handed_out_and_are_not_taken_back_after() {
        let later = Instant::from_second(60).unwrap();
        let mut goods = redemption(Spent::Goods(RewardId::from_bytes([2; 16])));
        assert_eq!(goods.state, State::Requested);
        assert_eq!((goods.fulfil(later), goods.fulfil(later)), (Ok(true), Ok(false)));
        assert_eq!(goods.cancel(later), Err(RewardError::RedemptionFulfilled));
    }

    #[test]
    fn what_was_cancelled_is_cancelled_once_and_never_fulfilled() {
        let later = Instant::from_second(60).unwrap();
        let mut bill = redemption(Spent::Bill);
        assert_eq!((bill.cancel(later), bill.cancel(later)), (Ok(true), Ok(false)));
        assert_eq!(bill.fulfil(later), Err(RewardError::RedemptionCancelled));
    }
}
