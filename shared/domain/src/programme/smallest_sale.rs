//! The check that no sale gives more than it can bear: what the smallest sales earn at the most.

use super::condition::Condition;
use super::error::ProgrammeError;
use super::limits::{MOST_POINTS_PER_EURO, MOST_VISIT_POINTS_A_DAY};
use super::rules::{Each, Multiplier, SpendRule};
use super::spend::generosity;
use super::terms::{Terms, Unit};
use crate::{Cents, InvalidField, Points};

/// The cents above each minimum that are tried too: beyond, a rounding is smaller than the rest of the sale.
const CENTS_TRIED: i64 = 1_200;

/// The largest daily cap that makes the check needless: what the rules for visits may give on one day.
const MOST_CAP_WITHOUT_CHECK: Points = Points::new(MOST_VISIT_POINTS_A_DAY);

/// The most points that a sale may earn.
enum Bearable {
    /// So many points per euro.
    PerEuro(i64),
    /// Less than the sale, in a programme of cents.
    LessThanTheSale,
}

impl Bearable {
    fn bears(&self, total: Cents, points: i64) -> bool {
        match self {
            Self::PerEuro(most) => points * 100 <= total.get() * most,
            Self::LessThanTheSale => points == 0 || points < total.get(),
        }
    }

    /// Whether a rule for money stays bearable with a multiplier, however large the sale is.
    fn bears_rule(&self, rule: &SpendRule, hundredths: i64) -> bool {
        let (points, per) = (i64::from(rule.points) * hundredths, rule.per.get());
        match self {
            Self::PerEuro(most) => points <= per * most,
            Self::LessThanTheSale => points < per * 100,
        }
    }
}

/// The rule that gives more than a sale can bear. The check tries the smallest sale that meets each minimum, with every
/// rule whose minimum the sale meets: the best rule for money, the greatest multiplier and all bonuses. A programme of
/// points with a daily cap of at most [`MOST_CAP_WITHOUT_CHECK`] can give no more than the cap. In a programme of
/// points, the rules for visits have a limit of their own.
pub(super) fn unbearable(terms: &Terms) -> Option<InvalidField> {
    let (bearable, error) = match (terms.unit, terms.daily_cap) {
        (Unit::Points, Some(cap)) if cap <= MOST_CAP_WITHOUT_CHECK => return None,
        (Unit::Points, _) => {
            (Bearable::PerEuro(MOST_POINTS_PER_EURO), ProgrammeError::GivesWithoutLimit)
        }
        (Unit::Cents, _) => (Bearable::LessThanTheSale, ProgrammeError::GivesBackMoreThanSpent),
    };
    let mut minimums: Vec<Cents> = terms.conditions().map(|(_, when)| when.minimum_spend).collect();
    minimums.push(Cents::ZERO);
    for minimum in &mut minimums {
        *minimum = (*minimum).max(terms.minimum_spend);
    }
    minimums.sort_unstable();
    minimums.dedup();
    let pointer = minimums
        .into_iter()
        .find_map(|minimum| SmallestSale { terms, minimum }.unbearable(&bearable))?;
    Some(InvalidField::new(pointer, error))
}

/// The smallest sale that meets a minimum.
struct SmallestSale<'a> {
    terms: &'a Terms,
    minimum: Cents,
}

impl SmallestSale<'_> {
    fn can_hold(&self, when: &Condition) -> bool {
        when.minimum_spend <= self.minimum
    }

    /// The field of the rule that gives more than the sale can bear.
    fn unbearable(&self, bearable: &Bearable) -> Option<String> {
        let hundredths = self.hundredths();
        let best = self.best_rule();
        let visits = match bearable {
            Bearable::PerEuro(_) => 0,
            Bearable::LessThanTheSale => self.points_of_visits(),
        };
        let bonuses: i64 = self.bonuses().map(|(_, points)| points).sum();
        if let Some((index, rule)) = best
            && !bearable.bears_rule(rule, hundredths)
        {
            return Some(format!("/spend/{index}/points"));
        }
        for cents in 0..=CENTS_TRIED {
            let total = self.minimum + Cents::new(cents);
            let money = best.map_or(0, |(_, rule)| self.points_for(rule, total));
            let bears = |points: i64, bonuses: i64| {
                bearable.bears(total, self.multiplied(points, hundredths) + bonuses)
            };
            if let Some((index, _)) = best
                && !bears(money, 0)
            {
                return Some(format!("/spend/{index}/points"));
            }
            if !bears(money + visits, 0) {
                let index = self.terms.visits.iter().position(|rule| self.can_hold(&rule.when));
                return index.map(|index| format!("/visits/{index}/when/minimum_spend_cents"));
            }
            if !bears(money + visits, bonuses) {
                let (index, _) = self.bonuses().rev().max_by_key(|(_, points)| *points)?;
                return Some(format!("/bonuses/{index}/when/minimum_spend_cents"));
            }
        }
        None
    }

    fn hundredths(&self) -> i64 {
        let holding = self.terms.multipliers.iter().filter(|rule| self.can_hold(&rule.when));
        holding.map(|rule: &Multiplier| i64::from(rule.hundredths)).max().unwrap_or(100)
    }

    /// The rule with the most points for the same money.
    fn best_rule(&self) -> Option<(usize, &SpendRule)> {
        let rules = self.terms.spend.iter().enumerate();
        let holding = rules.filter(|(_, rule)| self.can_hold(&rule.when));
        holding.rev().max_by(|(_, one), (_, other)| generosity(one, other))
    }

    fn points_for(&self, rule: &SpendRule, total: Cents) -> i64 {
        let points = i128::from(total.get()) * i128::from(rule.points);
        self.terms.rounding.divide(points, i128::from(rule.per.get())).get()
    }

    fn multiplied(&self, points: i64, hundredths: i64) -> i64 {
        let more = i128::from(points) * i128::from(hundredths - 100);
        (Points::new(points) + self.terms.rounding.divide(more, 100)).get()
    }

    fn points_of_visits(&self) -> i64 {
        let holding = self.terms.visits.iter().filter(|rule| self.can_hold(&rule.when));
        holding.map(|rule| i64::from(rule.points)).sum()
    }

    /// The bonuses that the sale can get, each with its most points: a line of one cent can have any quantity.
    fn bonuses(&self) -> impl DoubleEndedIterator<Item = (usize, i64)> {
        let bonuses = self.terms.bonuses.iter().enumerate();
        bonuses.filter(|(_, bonus)| self.can_hold(&bonus.when)).map(|(index, bonus)| {
            let points = match bonus.each {
                Each::Sale => bonus.points,
                Each::Piece { most_a_sale } => most_a_sale,
            };
            (index, i64::from(points))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::day_count::DayCount;
    use crate::programme::{
        Basket, Bonus, EarningContext, Goods, Multiplier, Programme, Rounding, SavingContext,
        VisitRule,
    };
    use crate::purchase::Line;
    use crate::{Day, EstablishmentId, Quantity, Sector};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn from(cents: i64) -> Condition {
        Condition { minimum_spend: Cents::new(cents), ..Condition::default() }
    }

    prop_compose! {
        fn any_terms()(
            unit in prop_oneof![Just(Unit::Points), Just(Unit::Cents)],
            rounding in prop_oneof![Just(Rounding::Down), Just(Rounding::Nearest), Just(Rounding::Up)],
            rules in prop::collection::vec((1u32..150, prop_oneof![Just(10i64), Just(100), Just(150)], 0i64..400), 1..3),
            multipliers in prop::collection::vec((101u32..300, 0i64..400), 0..2),
            bonuses in prop::collection::vec((1u32..100, 0i64..2_000, any::<bool>()), 0..2),
            visits in prop::collection::vec((1u32..20, 0i64..2_000), 0..2),
            minimum in prop_oneof![Just(0i64), 1i64..300],
        ) -> Terms {
            let goods = || Goods { skus: BTreeSet::from(["S1".to_owned()]), ..Goods::default() };
            let spend = rules.into_iter().map(|(points, per, minimum)| SpendRule {
                when: from(minimum),
                ..SpendRule::of_everything(points, Cents::new(per))
            });
            let multipliers = multipliers.into_iter().map(|(hundredths, minimum)| Multiplier {
                name: None,
                hundredths,
                when: from(minimum),
            });
            let bonuses = bonuses.into_iter().map(|(points, minimum, by_piece)| Bonus {
                name: None,
                points,
                each: if by_piece { Each::Piece { most_a_sale: points * 2 } } else { Each::Sale },
                goods: goods(),
                when: from(minimum),
            });
            let visits = visits.into_iter().map(|(points, minimum)| VisitRule {
                name: None,
                points,
                most_a_day: 1,
                when: from(minimum),
            });
            Terms {
                unit,
                rounding,
                spend: spend.collect(),
                multipliers: multipliers.collect(),
                bonuses: bonuses.collect(),
                visits: visits.collect(),
                minimum_spend: Cents::new(minimum),
                ..Terms::default()
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn no_sale_of_an_accepted_programme_earns_more_than_it_can_bear(
            terms in any_terms(),
            totals in prop::collection::vec(prop_oneof![0i64..50, 0i64..3_000, 0i64..1_000_000], 10),
        ) {
            let shop = EstablishmentId::parse("paris").unwrap();
            let establishments = BTreeSet::new();
            let day = Day::parse("2026-11-25").unwrap();
            let context = SavingContext {
                sector: Sector::Retail,
                establishments: &establishments,
                first_day: day,
                ends_earning: false,
            };
            let Ok(programme) = Programme::check(terms, context) else { return Ok(()) };
            let unit = programme.terms().unit;
            let visit: i64 = match unit {
                Unit::Points => programme.terms().visits.iter().map(|rule| i64::from(rule.points)).sum(),
                Unit::Cents => 0,
            };
            for total in totals {
                let lines = [Line {
                    sku: Some("S1".to_owned()),
                    label: None,
                    category: None,
                    quantity: Quantity::from_thousandths(100_000).unwrap(),
                    unit_price: Cents::new(total.max(1)),
                    discount: Cents::ZERO,
                }];
                let context = EarningContext {
                    day,
                    minute: 600,
                    establishment: &shop,
                    birth_month: None,
                    level: None,
                };
                let basket = Basket { total: Cents::new(total), lines: &lines };
                let points = programme.earn(basket, &context, DayCount::new(day)).total().get();
                match unit {
                    // A visit has a limit of its own, and the multiplier is below 3.
                    Unit::Points => prop_assert!(points <= total * 10 + visit * 3 + 1),
                    Unit::Cents => prop_assert!(points == 0 || points < total, "{points} of {total}"),
                }
            }
        }
    }
}
