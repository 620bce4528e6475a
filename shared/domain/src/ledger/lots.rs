//! Lots: the points of an account by the day on which they were earned.

use crate::{Day, Points};

/// The most lots of an account, so that the stored account stays under 1 KB. Beyond this number, the two
/// oldest lots of one month become one lot with the later day, so that no point expires early.
pub const MOST_LOTS: usize = 56;

/// The points of one day that are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lot {
    /// The day on which the points were earned.
    pub day: Day,
    /// Whether the points were given without a sale, so that no return can take them back.
    pub granted: bool,
    /// The points that are left, above zero in an account.
    pub remaining: Points,
}

impl Lot {
    const fn key(&self) -> (Day, bool) {
        (self.day, self.granted)
    }
}

/// The lots of an account, oldest first: at most [`MOST_LOTS`], at most one of each day and kind, none
/// empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lots(Vec<Lot>);

impl Lots {
    /// Lots as the store read them. Empty lots are dropped.
    #[must_use]
    pub fn from_stored(lots: impl IntoIterator<Item = Lot>) -> Self {
        let mut read = Self::default();
        for lot in lots {
            read.add(lot);
        }
        read
    }

    /// Adds the points of a lot to the lot of the same day. Does nothing unless the points are above zero.
    pub fn add(&mut self, lot: Lot) {
        if lot.remaining <= Points::ZERO {
            return;
        }
        match self.0.binary_search_by_key(&lot.key(), Lot::key) {
            Ok(index) => self.0[index].remaining += lot.remaining,
            Err(index) => self.0.insert(index, lot),
        }
        while self.0.len() > MOST_LOTS {
            self.join_oldest();
        }
    }

    /// Takes up to `points` from the lot of the sales of `day`, then from the oldest lot on. Returns the
    /// points that the lots do not hold.
    #[must_use]
    pub fn take(&mut self, day: Option<Day>, points: Points) -> Points {
        let mut missing = points;
        let of_day = day.and_then(|day| self.0.binary_search_by_key(&(day, false), Lot::key).ok());
        if let Some(index) = of_day {
            missing = take_from(&mut self.0[index], missing);
        }
        for lot in &mut self.0 {
            missing = take_from(lot, missing);
        }
        self.0.retain(|lot| lot.remaining > Points::ZERO);
        missing
    }

    /// Takes up to `points` from the lots that `rank` ranks, the lowest rank first. Returns the points taken
    /// from each lot.
    pub fn draw<K: Ord>(&mut self, points: Points, rank: impl Fn(&Lot) -> Option<K>) -> Vec<Lot> {
        let ranked = self.0.iter().enumerate();
        let mut ranked: Vec<(K, usize)> =
            ranked.filter_map(|(index, lot)| Some((rank(lot)?, index))).collect();
        ranked.sort();
        let (mut missing, mut taken) = (points, Vec::new());
        for (_, index) in ranked {
            let lot = &mut self.0[index];
            let before = lot.remaining;
            missing = take_from(lot, missing);
            if lot.remaining < before {
                taken.push(Lot { remaining: before - lot.remaining, ..*lot });
            }
        }
        self.0.retain(|lot| lot.remaining > Points::ZERO);
        taken
    }

    /// The sum of all lots.
    #[must_use]
    pub fn sum(&self) -> Points {
        self.0.iter().map(|lot| lot.remaining).sum()
    }

    /// The lots, oldest first.
    #[must_use]
    pub fn as_slice(&self) -> &[Lot] {
        &self.0
    }

    /// Joins the two oldest lots of one month, or the two oldest lots where no month has two. The joined lot
    /// is granted only where both lots are.
    fn join_oldest(&mut self) {
        let same_month =
            self.0.windows(2).position(|pair| pair[0].day.month() == pair[1].day.month());
        let older = self.0.remove(same_month.unwrap_or(0));
        let joined = &mut self.0[same_month.unwrap_or(0)];
        joined.remaining += older.remaining;
        joined.granted &= older.granted;
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

    fn lot(ordinal: i32, points: i64) -> Lot {
        Lot { day: day(ordinal), granted: false, remaining: Points::new(points) }
    }

    #[test]
    fn points_are_taken_from_the_oldest_lot_first() {
        let mut lots = Lots::default();
        lots.add(lot(20, 5));
        lots.add(lot(10, 5));
        assert_eq!(lots.take(None, Points::new(7)), Points::ZERO);
        assert_eq!(lots.as_slice(), [lot(20, 3)]);
    }

    #[test]
    fn points_of_a_sale_are_taken_back_from_its_own_day_first() {
        let mut lots = Lots::default();
        lots.add(lot(10, 5));
        lots.add(lot(20, 5));
        assert_eq!(lots.take(Some(day(20)), Points::new(5)), Points::ZERO);
        assert_eq!(lots.as_slice(), [lot(10, 5)]);
        assert_eq!(lots.take(None, Points::new(8)), Points::new(3));
    }

    #[test]
    fn drawing_points_names_the_lots_in_the_order_of_their_rank() {
        let mut lots = Lots::from_stored([lot(10, 5), lot(20, 5), lot(30, 5)]);
        let taken =
            lots.draw(Points::new(7), |lot| (lot.day != day(10)).then_some(-lot.day.ordinal()));
        assert_eq!(taken, [lot(30, 5), lot(20, 2)]);
        assert_eq!(lots.as_slice(), [lot(10, 5), lot(20, 3)]);
        let remaining = lots.draw(Points::new(100), |lot| Some(lot.day));
        assert_eq!(remaining, [lot(10, 5), lot(20, 3)]);
    }

    #[test]
    fn points_given_without_a_sale_are_a_lot_of_their_own() {
        let mut lots = Lots::default();
        lots.add(Lot { granted: true, ..lot(10, 5) });
        lots.add(lot(10, 7));
        assert_eq!(lots.take(Some(day(10)), Points::new(7)), Points::ZERO);
        assert_eq!(lots.as_slice(), [Lot { granted: true, ..lot(10, 5) }]);
    }

    proptest! {
        #[test]
        fn lots_neither_lose_nor_make_points(moves in prop::collection::vec((0i32..2_000, -50i64..100), 0..300)) {
            let mut lots = Lots::default();
            let mut balance = 0;
            for (ordinal, points) in moves {
                if points >= 0 {
                    lots.add(lot(ordinal, points));
                    balance += points;
                } else {
                    let missing = lots.take(Some(day(ordinal)), Points::new(-points));
                    balance += points + missing.get();
                }
                prop_assert_eq!(lots.sum().get(), balance);
                prop_assert!(lots.as_slice().len() <= MOST_LOTS);
                prop_assert!(lots.as_slice().iter().all(|lot| lot.remaining > Points::ZERO));
                prop_assert!(lots.as_slice().windows(2).all(|pair| pair[0].key() < pair[1].key()));
            }
        }
    }
}
