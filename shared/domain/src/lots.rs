//! Points by the day they were earned: what is spent is taken from the soonest to expire.

use crate::{Day, Points};

/// The most lots an account holds, so that it stays under 1 KB. Beyond, the two oldest lots of one
/// month become one, dated with the later day, which never takes a point from a member early.
pub const MOST_LOTS: usize = 64;

/// What is left of the points of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The day they were earned.
    pub day: Day,
    /// How many are left, always above zero.
    pub remaining: Points,
}

/// An account's lots, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lots(Vec<Lot>);

impl Lots {
    /// Lots read back from where they were stored; empty ones are dropped.
    #[must_use]
    pub fn from_stored(lots: impl IntoIterator<Item = Lot>) -> Self {
        let mut read = Self::default();
        for lot in lots {
            read.add(lot.day, lot.remaining);
        }
        read
    }

    /// Adds points to the lot of a day. Nothing happens unless they are above zero.
    pub fn add(&mut self, day: Day, points: Points) {
        if points <= Points::ZERO {
            return;
        }
        match self.0.binary_search_by_key(&day, |lot| lot.day) {
            Ok(index) => self.0[index].remaining += points,
            Err(index) => self.0.insert(index, Lot { day, remaining: points }),
        }
        while self.0.len() > MOST_LOTS {
            self.join_oldest();
        }
    }

    /// Takes up to `points` from the lot of `day`, then from the oldest on. Returns what the lots
    /// could not give.
    #[must_use]
    pub fn take(&mut self, day: Option<Day>, points: Points) -> Points {
        let mut missing = points;
        let of_day = day.and_then(|day| self.0.binary_search_by_key(&day, |lot| lot.day).ok());
        if let Some(index) = of_day {
            missing = take_from(&mut self.0[index], missing);
        }
        for lot in &mut self.0 {
            missing = take_from(lot, missing);
        }
        self.0.retain(|lot| lot.remaining > Points::ZERO);
        missing
    }

    /// Everything the lots hold.
    #[must_use]
    pub fn sum(&self) -> Points {
        self.0.iter().map(|lot| lot.remaining).sum()
    }

    /// The lots, oldest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Lot] {
        &self.0
    }

    fn join_oldest(&mut self) {
        let same_month =
            self.0.windows(2).position(|pair| pair[0].day.month() == pair[1].day.month());
        let older = self.0.remove(same_month.unwrap_or(0));
        self.0[same_month.unwrap_or(0)].remaining += older.remaining;
    }
}

fn take_from(lot: &mut Lot, wanted: Points) -> Points {
    let taken = wanted.min(lot.remaining).max(Points::ZERO);
    lot.remaining -= taken;
    wanted - taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(ordinal: i32) -> Day {
        Day::from_ordinal(ordinal)
    }

    #[test]
    fn spending_takes_the_soonest_to_expire_first() {
        let mut lots = Lots::default();
        lots.add(day(20), Points::new(5));
        lots.add(day(10), Points::new(5));
        assert_eq!(lots.take(None, Points::new(7)), Points::ZERO);
        assert_eq!(lots.as_slice(), [Lot { day: day(20), remaining: Points::new(3) }]);
    }

    #[test]
    fn what_a_sale_gave_is_taken_back_from_its_own_day_first() {
        let mut lots = Lots::default();
        lots.add(day(10), Points::new(5));
        lots.add(day(20), Points::new(5));
        assert_eq!(lots.take(Some(day(20)), Points::new(5)), Points::ZERO);
        assert_eq!(lots.as_slice(), [Lot { day: day(10), remaining: Points::new(5) }]);
        assert_eq!(lots.take(None, Points::new(8)), Points::new(3));
    }

    proptest! {
        #[test]
        fn no_point_is_lost_or_made(moves in prop::collection::vec((0i32..2_000, -50i64..100), 0..300)) {
            let mut lots = Lots::default();
            let mut balance = 0;
            for (ordinal, points) in moves {
                if points >= 0 {
                    lots.add(day(ordinal), Points::new(points));
                    balance += points;
                } else {
                    let missing = lots.take(Some(day(ordinal)), Points::new(-points));
                    balance += points + missing.get();
                }
                prop_assert_eq!(lots.sum().get(), balance);
                prop_assert!(lots.as_slice().len() <= MOST_LOTS);
                prop_assert!(lots.as_slice().iter().all(|lot| lot.remaining > Points::ZERO));
                prop_assert!(lots.as_slice().windows(2).all(|pair| pair[0].day < pair[1].day));
            }
        }
    }
}
