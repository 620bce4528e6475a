//! The points for money: the amount of each rule, and one rounding per sale.
//!
//! The amounts are exact. A share of a line is a fraction of a cent, and the points of a rule are a fraction
//! with the denominator `per`. The fractions of all rules have one common denominator: the least common
//! multiple of the rules' `per`, times the sum of the lines where the lines share the amount paid. So the sum of
//! the fractions is exact, and the sum alone is rounded. [`LARGEST_MULTIPLE`] bounds the multiple.

use super::basket::Basket;
use super::context::EarningContext;
use super::goods::Specificity;
use super::limits::LARGEST_MULTIPLE;
use super::rules::{Rounding, SpendRule};
use super::terms::Terms;
use crate::Points;
use crate::purchase::Line;
use std::cmp::{Ordering, Reverse};

impl Line {
    /// The amount by which a line counts, in cents. A line below zero counts as zero.
    pub(super) fn counted(&self) -> i128 {
        i128::from(self.amount().get().max(0))
    }
}

/// The amounts of a basket by the rules that they belong to.
pub(super) struct Money<'a> {
    /// The rules whose condition holds, each with its amount in cents before [`Money::share`].
    rules: Vec<(&'a SpendRule, i128)>,
    /// The part of each amount that was paid.
    share: Share,
}

/// A fraction of at most one.
#[derive(Clone, Copy)]
struct Share {
    paid: i128,
    of: i128,
}

/// The points of a rule before rounding.
struct Fraction<'a> {
    rule: &'a SpendRule,
    whole: i128,
    /// What is left beside the whole points, over the common denominator.
    rest: i128,
}

impl<'a> Money<'a> {
    /// The amounts of a basket. Each line belongs to the rule that names the line most specifically. Where the
    /// lines sum to more than was paid, they share the amount paid. Where they sum to less, the rest belongs to a
    /// rule for all goods.
    pub(super) fn spent(
        terms: &'a Terms,
        basket: Basket<'_>,
        context: &EarningContext<'_>,
    ) -> Self {
        let holding = terms.spend.iter().filter(|rule| rule.when.holds(context, basket.total));
        let mut rules: Vec<_> = holding.map(|rule| (rule, 0)).collect();
        let listed: i128 = basket.lines.iter().map(Line::counted).sum();
        let paid = i128::from(basket.total.get().max(0));
        for line in basket.lines.iter().filter(|line| !terms.excludes(line)) {
            add(&mut rules, line.counted(), |rule| rule.goods.matches(line));
        }
        add(&mut rules, (paid - listed).max(0), |rule| {
            rule.goods.is_empty().then_some(Specificity::All)
        });
        let share =
            if listed > paid { Share { paid, of: listed } } else { Share { paid: 1, of: 1 } };
        Self { rules, share }
    }

    /// The points of each rule. Their sum is rounded once. Each rule has its points rounded down, and the points
    /// that are left go to the rules with the largest fractions, the first of equal ones first.
    pub(super) fn points(self, rounding: Rounding) -> Vec<(&'a SpendRule, Points)> {
        let Self { rules, share } = self;
        let multiple = least_common_multiple(rules.iter().map(|(rule, _)| rule.per.get()));
        let denominator = multiple * share.of;
        let fraction = |(rule, amount): (&'a SpendRule, i128)| {
            let per = i128::from(rule.per.get().max(1));
            let (points, of) = (amount * share.paid * i128::from(rule.points), per * share.of);
            Fraction { rule, whole: points / of, rest: points % of * (multiple / per) }
        };
        let mut fractions: Vec<_> = rules.into_iter().map(fraction).collect();
        let rest: i128 = fractions.iter().map(|fraction| fraction.rest).sum();
        let mut left = rounding.divide(rest, denominator);
        let mut order: Vec<usize> = (0..fractions.len()).collect();
        order.sort_by_key(|index| Reverse(fractions[*index].rest));
        for index in order {
            if left > Points::ZERO {
                left -= Points::new(1);
                fractions[index].whole += 1;
            }
        }
        let points = |whole| Points::new(i64::try_from(whole).unwrap_or(i64::MAX));
        fractions.into_iter().map(|Fraction { rule, whole, .. }| (rule, points(whole))).collect()
    }
}

/// Adds an amount to the rule that names it most specifically. Of equally specific rules, the amount belongs to
/// the one with more points for the same money, and of equal rules to the first.
fn add(
    rules: &mut [(&SpendRule, i128)],
    amount: i128,
    specificity: impl Fn(&SpendRule) -> Option<Specificity>,
) {
    let naming = rules.iter_mut().filter_map(|(rule, sum)| Some((specificity(rule)?, *rule, sum)));
    // `max_by` gives the last of equal rules.
    let best = naming.rev().max_by(|(one, rule, _), (other, next, _)| {
        one.cmp(other).then_with(|| generosity(rule, next))
    });
    if let Some((_, _, sum)) = best {
        *sum += amount;
    }
}

/// Compares the points of two rules for the same money.
pub(super) fn generosity(one: &SpendRule, other: &SpendRule) -> Ordering {
    let points = |rule: &SpendRule, per: &SpendRule| i64::from(rule.points) * per.per.get();
    points(one, other).cmp(&points(other, one))
}

/// The least common multiple, at most [`LARGEST_MULTIPLE`] in a programme that was checked.
pub(super) fn least_common_multiple(numbers: impl Iterator<Item = i64>) -> i128 {
    numbers.fold(1, |multiple, number| {
        let number = i128::from(number.max(1));
        let next = multiple / greatest_common_divisor(multiple, number) * number;
        next.min(LARGEST_MULTIPLE + 1)
    })
}

fn greatest_common_divisor(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
