//! The first earning rule: points per euro, versioned by validity.

use crate::{Cents, Day, Invalid, Points};

/// What becomes of a fraction of a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Only whole points already reached.
    Down,
    /// The nearest whole point, a half counting as one.
    Nearest,
    /// Every fraction begun is a point.
    Up,
}

/// So many points for so many cents: 1 point for each euro is 1 per 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarningRule {
    points: u32,
    per: Cents,
    rounding: Rounding,
}

impl EarningRule {
    /// A rule of `points` for each `per` spent.
    ///
    /// # Errors
    /// [`Invalid::EarningRule`] unless points are at most 10 000 and `per` is 1 to 100 000 cents.
    pub fn new(points: u32, per: Cents, rounding: Rounding) -> Result<Self, Invalid> {
        if points > 10_000 || !(1..=100_000).contains(&per.get()) {
            return Err(Invalid::EarningRule);
        }
        Ok(Self { points, per, rounding })
    }

    /// The points of each [`EarningRule::per`].
    #[must_use]
    pub const fn points(self) -> u32 {
        self.points
    }

    /// The amount that gives [`EarningRule::points`].
    #[must_use]
    pub const fn per(self) -> Cents {
        self.per
    }

    /// What becomes of a fraction of a point.
    #[must_use]
    pub const fn rounding(self) -> Rounding {
        self.rounding
    }

    /// What an amount earns. Amounts below zero earn nothing.
    #[must_use]
    pub fn earned(self, amount: Cents) -> Points {
        let product = amount.get().max(0).saturating_mul(i64::from(self.points));
        let per = self.per.get();
        let added = match self.rounding {
            Rounding::Down => 0,
            Rounding::Nearest => per / 2,
            Rounding::Up => per - 1,
        };
        Points::new(product.saturating_add(added) / per)
    }
}

/// A merchant's rules in the order of their first day. Each holds until the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarningRules(Vec<(Day, EarningRule)>);

impl EarningRules {
    /// The rules of a merchant; a day before the first of them has no rule and earns nothing.
    #[must_use]
    pub fn new(mut rules: Vec<(Day, EarningRule)>) -> Self {
        rules.sort_by_key(|(valid_from, _)| *valid_from);
        Self(rules)
    }

    /// The rule of a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<EarningRule> {
        let after = self.0.partition_point(|(valid_from, _)| *valid_from <= day);
        after.checked_sub(1).map(|index| self.0[index].1)
    }

    /// What an amount sold on `day` earns by the rule of that day.
    #[must_use]
    pub fn earned(&self, day: Day, amount: Cents) -> Points {
        self.on(day).map_or(Points::ZERO, |rule| rule.earned(amount))
    }

    /// Every rule with its first day.
    pub fn iter(&self) -> impl Iterator<Item = (Day, EarningRule)> + '_ {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(1, 100, Rounding::Down, 1299, 12)]
    #[case(1, 100, Rounding::Nearest, 1250, 13)]
    #[case(1, 100, Rounding::Nearest, 1249, 12)]
    #[case(1, 100, Rounding::Up, 1201, 13)]
    #[case(1, 100, Rounding::Up, 1200, 12)]
    #[case(3, 1000, Rounding::Down, 999, 2)]
    #[case(0, 100, Rounding::Down, 1299, 0)]
    fn points_are_earned_by_the_euro_with_the_rounding_stated(
        #[case] points: u32,
        #[case] per: i64,
        #[case] rounding: Rounding,
        #[case] amount: i64,
        #[case] earned: i64,
    ) {
        let rule = EarningRule::new(points, Cents::new(per), rounding).unwrap();
        assert_eq!(rule.earned(Cents::new(amount)), Points::new(earned));
    }

    #[test]
    fn a_sale_is_reckoned_by_the_rule_of_its_day() {
        let rule = |points| EarningRule::new(points, Cents::new(100), Rounding::Down).unwrap();
        let day = |text| Day::parse(text).unwrap();
        let rules =
            EarningRules::new(vec![(day("2026-07-01"), rule(2)), (day("2026-01-01"), rule(1))]);
        let earned = |text| rules.earned(day(text), Cents::new(1000)).get();
        assert_eq!(
            [
                earned("2025-12-31"),
                earned("2026-06-30"),
                earned("2026-07-01"),
                earned("2030-01-01")
            ],
            [0, 10, 20, 20]
        );
    }

    #[rstest]
    #[case(1, 0)]
    #[case(10_001, 100)]
    #[case(1, 100_001)]
    fn a_rule_without_measure_is_refused(#[case] points: u32, #[case] per: i64) {
        assert_eq!(
            EarningRule::new(points, Cents::new(per), Rounding::Down),
            Err(Invalid::EarningRule)
        );
    }

    proptest! {
        #[test]
        fn a_larger_amount_never_earns_less(
            points in 0u32..=10_000, per in 1i64..=100_000, a in 0i64..=100_000_000, b in 0i64..=100_000_000,
        ) {
            for rounding in [Rounding::Down, Rounding::Nearest, Rounding::Up] {
                let rule = EarningRule::new(points, Cents::new(per), rounding).unwrap();
                let (small, large) = (a.min(b), a.max(b));
                prop_assert!(rule.earned(Cents::new(small)) <= rule.earned(Cents::new(large)));
            }
        }
    }
}
