//! The points that a sale or a visit earns: spending and visits, then one multiplier, then bonuses, within
//! the daily cap. Each part of the points names its rule, so that a till can show the reasons.

use super::Programme;
use super::context::EarningContext;
use super::rules::{Bonus, Each, Multiplier, SpendRule};
use super::terms::Terms;
use crate::ledger::account::DayCount;
use crate::purchase::Line;
use crate::{Cents, Points};

/// A basket that earns points.
#[derive(Debug, Clone, Copy)]
pub struct Basket<'a> {
    /// The amount paid.
    pub total: Cents,
    /// The lines that the till sent, perhaps none or not all of them.
    pub lines: &'a [Line],
}

/// The kind of rule that a part of the points comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Money spent.
    Spend,
    /// A visit.
    Visit,
    /// The multiplier: the points that it added.
    Multiplier,
    /// A bonus.
    Bonus,
    /// The daily cap: the points that it took off, below zero.
    DailyCap,
}

/// A part of the points, with its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The kind of rule.
    pub source: Source,
    /// The merchant's name for the rule.
    pub name: Option<String>,
    /// The points.
    pub points: Points,
}

/// The points that a sale or a visit earns, with their reasons.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earning {
    /// The parts, in the order they were applied.
    pub parts: Vec<Part>,
}

impl Earning {
    /// The sum of the parts.
    #[must_use]
    pub fn total(&self) -> Points {
        self.parts.iter().map(|part| part.points).sum()
    }

    fn add(&mut self, source: Source, name: Option<&String>, points: Points) {
        if points != Points::ZERO {
            self.parts.push(Part { source, name: name.cloned(), points });
        }
    }
}

impl Programme {
    /// The points of a sale. `so_far` is the count of its day before the sale.
    #[must_use]
    pub fn earn(
        &self,
        basket: Basket<'_>,
        context: &EarningContext<'_>,
        so_far: DayCount,
    ) -> Earning {
        let terms = self.terms();
        let mut earning = Earning::default();
        if basket.total < terms.minimum_spend {
            return earning;
        }
        terms.add_spend(basket, context, &mut earning);
        terms.add_visit(basket.total, context, so_far, &mut earning);
        terms.multiply(basket.total, context, &mut earning);
        for bonus in &terms.bonuses {
            if bonus.when.holds(context, basket.total) {
                let points = terms.bonus(bonus, basket.lines);
                earning.add(Source::Bonus, bonus.name.as_ref(), points);
            }
        }
        terms.cap(so_far, &mut earning);
        earning
    }

    /// The points of a visit without a sale: those of the rules for visits, with the multiplier, as for a
    /// sale of zero. Bonuses are for sales only.
    #[must_use]
    pub fn earn_for_visit(&self, context: &EarningContext<'_>, so_far: DayCount) -> Earning {
        let terms = self.terms();
        let mut earning = Earning::default();
        if Cents::ZERO < terms.minimum_spend {
            return earning;
        }
        terms.add_visit(Cents::ZERO, context, so_far, &mut earning);
        terms.multiply(Cents::ZERO, context, &mut earning);
        terms.cap(so_far, &mut earning);
        earning
    }

    /// The points of the rules for money alone. A return that names no sale takes them back.
    #[must_use]
    pub fn earn_for_spend(&self, basket: Basket<'_>, context: &EarningContext<'_>) -> Points {
        let mut earning = Earning::default();
        self.terms().add_spend(basket, context, &mut earning);
        earning.total()
    }
}

impl Terms {
    /// Adds the points for money. Each line earns by the rule that names the line most specifically, and the
    /// amount of each rule is rounded once. Where the lines sum to more than was paid, they share the amount
    /// paid. Where they sum to less, the rest earns by the rules for all goods.
    fn add_spend(&self, basket: Basket<'_>, context: &EarningContext<'_>, earning: &mut Earning) {
        let mut rules: Vec<_> = self
            .spend
            .iter()
            .filter(|rule| rule.when.holds(context, basket.total))
            .map(|rule| (rule, 0_i128))
            .collect();
        let listed: i128 = basket.lines.iter().map(line_amount).sum();
        let paid = i128::from(basket.total.get().max(0));
        let (share, of) = if listed > paid { (paid, listed) } else { (1, 1) };
        for line in basket.lines {
            if self.excludes(line) {
                continue;
            }
            let most_specific = rules
                .iter_mut()
                .filter_map(|(rule, amount)| {
                    Some(((rule.goods.matches(line)?, generosity(rule)), amount))
                })
                .max_by_key(|(rank, _)| *rank);
            if let Some((_, amount)) = most_specific {
                *amount += line_amount(line);
            }
        }
        let unlisted = (paid - listed).max(0);
        let of_all = rules
            .iter_mut()
            .filter(|(rule, _)| rule.goods.is_empty())
            .max_by_key(|(rule, _)| generosity(rule));
        if let Some((_, amount)) = of_all {
            *amount += unlisted;
        }
        for (rule, amount) in rules {
            let spent = amount * share / of;
            let points =
                self.rounding.divide(spent * i128::from(rule.points), i128::from(rule.per.get()));
            earning.add(Source::Spend, rule.name.as_ref(), points);
        }
    }

    fn add_visit(
        &self,
        total: Cents,
        context: &EarningContext<'_>,
        so_far: DayCount,
        earning: &mut Earning,
    ) {
        for rule in &self.visits {
            if so_far.visits < u32::from(rule.most_a_day) && rule.when.holds(context, total) {
                let points = Points::new(i64::from(rule.points));
                earning.add(Source::Visit, rule.name.as_ref(), points);
            }
        }
    }

    fn multiply(&self, total: Cents, context: &EarningContext<'_>, earning: &mut Earning) {
        if let Some(multiplier) = self.multiplier(total, context) {
            let more = i128::from(multiplier.hundredths.saturating_sub(100));
            let more = i128::from(earning.total().get()) * more;
            let points = self.rounding.divide(more, 100);
            earning.add(Source::Multiplier, multiplier.name.as_ref(), points);
        }
    }

    fn cap(&self, so_far: DayCount, earning: &mut Earning) {
        if let Some(cap) = self.daily_cap {
            let left = (cap - so_far.earned).max(Points::ZERO);
            let over = (earning.total() - left).max(Points::ZERO);
            earning.add(Source::DailyCap, None, -over);
        }
    }

    fn excludes(&self, line: &Line) -> bool {
        self.excluded.name(line) || (self.discounts_excluded && line.discount > Cents::ZERO)
    }

    /// The greatest of the multipliers that apply.
    fn multiplier(&self, total: Cents, context: &EarningContext<'_>) -> Option<&Multiplier> {
        let applicable = self.multipliers.iter().filter(|rule| rule.when.holds(context, total));
        // Of equal multipliers, the first that the merchant wrote.
        applicable.rev().max_by_key(|rule| rule.hundredths)
    }

    fn bonus(&self, bonus: &Bonus, lines: &[Line]) -> Points {
        let mut named =
            lines.iter().filter(|line| !self.excludes(line) && bonus.goods.matches(line).is_some());
        let points = i64::from(bonus.points);
        match bonus.each {
            Each::Sale if bonus.goods.is_empty() || named.next().is_some() => Points::new(points),
            Each::Sale => Points::ZERO,
            Each::Piece { most_a_sale } => {
                let pieces: i64 = named.map(|line| line.quantity.thousandths() / 1000).sum();
                Points::new(pieces.saturating_mul(points).min(i64::from(most_a_sale)))
            }
        }
    }
}

fn line_amount(line: &Line) -> i128 {
    i128::from(line.amount().get().max(0))
}

/// The points of a rule for a million euros, to compare two rules.
fn generosity(rule: &SpendRule) -> i64 {
    i64::from(rule.points).saturating_mul(Cents::LARGEST.get()) / rule.per.get().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::{
        Condition, Goods, Hours, LevelCode, Rounding, SpendRule, VisitRule, Weekdays,
    };
    use crate::{Day, EstablishmentId, Quantity};
    use proptest::prelude::*;
    use rstest::rstest;
    use std::collections::BTreeSet;

    fn line(sku: &str, category: &str, pieces: i64, cents: i64, discount: i64) -> Line {
        Line {
            sku: Some(sku.to_owned()),
            label: None,
            category: Some(category.to_owned()),
            quantity: Quantity::from_thousandths(pieces * 1000).unwrap(),
            unit_price: Cents::new(cents),
            discount: Cents::new(discount),
        }
    }

    fn goods(skus: &[&str], categories: &[&str]) -> Goods {
        let set = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        Goods { skus: set(skus), categories: set(categories) }
    }

    fn spend(points: u32, goods: Goods, when: Condition) -> SpendRule {
        SpendRule { goods, when, ..SpendRule::of_everything(points, Cents::new(100)) }
    }

    struct Fixture {
        terms: Terms,
        day: &'static str,
        minute: u16,
        birth_month: Option<i8>,
        level: Option<LevelCode>,
        earned_so_far: i64,
        visits_so_far: u32,
    }

    impl Default for Fixture {
        fn default() -> Self {
            let terms = Terms {
                spend: vec![SpendRule::of_everything(1, Cents::new(100))],
                ..Terms::default()
            };
            Self {
                terms,
                day: "2026-11-24",
                minute: 12 * 60,
                birth_month: None,
                level: None,
                earned_so_far: 0,
                visits_so_far: 0,
            }
        }
    }

    impl Fixture {
        fn earn(&self, total: i64, lines: &[Line]) -> Earning {
            let shop = EstablishmentId::parse("paris").unwrap();
            let day = Day::parse(self.day).unwrap();
            let context = EarningContext {
                day,
                minute: self.minute,
                establishment: &shop,
                birth_month: self.birth_month,
                level: self.level.as_ref(),
            };
            let so_far = DayCount {
                day,
                earned: Points::new(self.earned_so_far),
                visits: self.visits_so_far,
            };
            let basket = Basket { total: Cents::new(total), lines };
            Programme::from_stored(self.terms.clone()).earn(basket, &context, so_far)
        }

        fn points(&self, total: i64, lines: &[Line]) -> i64 {
            self.earn(total, lines).total().get()
        }
    }

    #[rstest]
    #[case(1, 100, Rounding::Down, 1299, 12)]
    #[case(1, 100, Rounding::Nearest, 1250, 13)]
    #[case(1, 100, Rounding::Nearest, 1249, 12)]
    #[case(1, 100, Rounding::Up, 1201, 13)]
    #[case(1, 100, Rounding::Up, 1200, 12)]
    #[case(3, 1000, Rounding::Down, 999, 2)]
    #[case(0, 100, Rounding::Down, 1299, 0)]
    fn points_for_money_are_rounded_as_the_programme_says(
        #[case] points: u32,
        #[case] per: i64,
        #[case] rounding: Rounding,
        #[case] total: i64,
        #[case] earned: i64,
    ) {
        let spend = vec![SpendRule::of_everything(points, Cents::new(per))];
        let fixture =
            Fixture { terms: Terms { rounding, spend, ..Terms::default() }, ..Fixture::default() };
        assert_eq!(fixture.points(total, &[]), earned);
    }

    #[test]
    fn a_line_earns_by_the_rule_that_names_it_most_specifically() {
        let mut fixture = Fixture::default();
        fixture.terms.spend.push(spend(2, goods(&[], &["Chaussures"]), Condition::default()));
        fixture.terms.spend.push(spend(5, goods(&["S1"], &[]), Condition::default()));
        let lines = [
            line("S1", "CHAUSSURES", 1, 1_000, 0),
            line("S2", "chaussures", 1, 2_000, 0),
            line("X", "sacs", 1, 3_000, 0),
        ];
        assert_eq!(fixture.points(6_000, &lines), 50 + 40 + 30);
        // An amount beyond the lines earns by the rules for all goods.
        assert_eq!(fixture.points(7_000, &lines), 50 + 40 + 40);
        // A discount on the whole receipt is shared among the lines.
        assert_eq!(fixture.points(3_000, &lines), 25 + 20 + 15);
    }

    #[test]
    fn excluded_goods_and_discounted_lines_earn_nothing() {
        let mut fixture = Fixture::default();
        fixture.terms.excluded = goods(&[], &["cartes cadeaux"]);
        let lines = [line("G", "Cartes cadeaux", 1, 5_000, 0), line("X", "sacs", 1, 3_000, 500)];
        assert_eq!(fixture.points(7_500, &lines), 25);
        fixture.terms.discounts_excluded = true;
        assert_eq!(fixture.points(7_500, &lines), 0);
    }

    #[test]
    fn only_the_greatest_of_the_multipliers_that_apply_counts() {
        let mut fixture = Fixture::default();
        let multiplier = |hundredths, when| Multiplier { name: None, hundredths, when };
        let birthday = Condition { birthday_month: true, ..Condition::default() };
        let evening = Hours { from: 17 * 60, until: 19 * 60 };
        let happy = Condition { hours: Some(evening), ..Condition::default() };
        fixture.terms.multipliers = vec![multiplier(300, birthday), multiplier(200, happy)];
        assert_eq!(fixture.points(1_000, &[]), 10);
        fixture.minute = 18 * 60;
        assert_eq!(fixture.points(1_000, &[]), 20);
        fixture.birth_month = Some(11);
        assert_eq!(fixture.points(1_000, &[]), 30);
        fixture.minute = 19 * 60;
        assert_eq!(fixture.points(1_000, &[]), 30);
        fixture.birth_month = Some(12);
        assert_eq!(fixture.points(1_000, &[]), 10);
    }

    #[test]
    fn bonuses_come_after_the_multiplier() {
        let mut fixture = Fixture::default();
        let when = Condition::default();
        fixture.terms.multipliers =
            vec![Multiplier { name: None, hundredths: 200, when: when.clone() }];
        fixture.terms.bonuses = vec![Bonus {
            name: Some("Chaussettes".to_owned()),
            points: 5,
            each: Each::Piece { most_a_sale: 12 },
            goods: goods(&["C1"], &[]),
            when,
        }];
        let earning = fixture.earn(1_000, &[line("C1", "textile", 2, 500, 0)]);
        let seen: Vec<_> =
            earning.parts.iter().map(|part| (part.source, part.points.get())).collect();
        assert_eq!(seen, [(Source::Spend, 10), (Source::Multiplier, 10), (Source::Bonus, 10)]);
        assert_eq!(fixture.points(1_000, &[line("C1", "textile", 10, 100, 0)]), 20 + 12);
    }

    #[test]
    fn a_stamp_is_given_once_a_day_and_only_for_the_minimum_spend() {
        let mut fixture = Fixture::default();
        let when = Condition { minimum_spend: Cents::new(500), ..Condition::default() };
        fixture.terms = Terms {
            visits: vec![VisitRule { name: None, points: 1, most_a_day: 1, when }],
            ..Terms::default()
        };
        assert_eq!(fixture.points(499, &[]), 0);
        assert_eq!(fixture.points(500, &[]), 1);
        fixture.visits_so_far = 1;
        assert_eq!(fixture.points(500, &[]), 0);
    }

    #[test]
    fn a_day_earns_no_more_than_the_daily_cap() {
        let mut fixture = Fixture::default();
        fixture.terms.daily_cap = Some(Points::new(50));
        fixture.earned_so_far = 30;
        let earning = fixture.earn(10_000, &[]);
        assert_eq!(earning.total(), Points::new(20));
        assert_eq!(earning.parts[1].source, Source::DailyCap);
        fixture.earned_so_far = 60;
        assert_eq!(fixture.points(10_000, &[]), 0);
    }

    #[rstest]
    #[case("2026-11-30", 1)]
    #[case("2026-12-01", 2)]
    #[case("2026-12-05", 2)]
    #[case("2026-12-06", 1)]
    fn a_rule_applies_within_its_period_and_on_its_weekdays(
        #[case] day: &'static str,
        #[case] times: i64,
    ) {
        // Sundays are left out; 6 December 2026 is one.
        let weekdays = Weekdays::from_bits(0b011_1111);
        let (from, until) = (Day::parse("2026-12-01").ok(), Day::parse("2026-12-24").ok());
        let when = Condition { from, until, weekdays, ..Condition::default() };
        let mut fixture = Fixture { day, minute: 600, ..Fixture::default() };
        fixture.terms.multipliers = vec![Multiplier { name: None, hundredths: 200, when }];
        assert_eq!(fixture.points(1_000, &[]), 10 * times);
    }

    #[test]
    fn a_rule_applies_to_its_levels_and_at_its_establishments() {
        let gold = LevelCode::parse("gold").unwrap();
        let elsewhere = EstablishmentId::parse("lyon").unwrap();
        let when = Condition { levels: BTreeSet::from([gold.clone()]), ..Condition::default() };
        let away =
            Condition { establishments: BTreeSet::from([elsewhere]), ..Condition::default() };
        let mut fixture = Fixture::default();
        fixture.terms.multipliers = vec![
            Multiplier { name: None, hundredths: 150, when },
            Multiplier { name: None, hundredths: 900, when: away },
        ];
        assert_eq!(fixture.points(1_000, &[]), 10);
        fixture.level = Some(gold);
        assert_eq!(fixture.points(1_000, &[]), 15);
    }

    proptest! {
        #[test]
        fn a_larger_total_never_earns_less(
            points in 0u32..=10_000, per in 1i64..=100_000, a in 0i64..=100_000_000, b in 0i64..=100_000_000,
        ) {
            for rounding in [Rounding::Down, Rounding::Nearest, Rounding::Up] {
                let spend = vec![SpendRule::of_everything(points, Cents::new(per))];
                let terms = Terms { rounding, spend, ..Terms::default() };
                let fixture = Fixture { terms, ..Fixture::default() };
                prop_assert!(fixture.points(a.min(b), &[]) <= fixture.points(a.max(b), &[]));
            }
        }

        #[test]
        fn lines_never_earn_more_than_the_best_rule_gives_for_the_amount_paid(
            prices in prop::collection::vec(0i64..100_000, 1..20), total in 0i64..1_000_000, best in 1u32..20,
        ) {
            let lines: Vec<_> = prices.iter().map(|price| line("S1", "a", 1, *price, 0)).collect();
            let mut fixture = Fixture::default();
            fixture.terms.spend.push(spend(best, goods(&["S1"], &[]), Condition::default()));
            let most = total * i64::from(best.max(1)) / 100;
            prop_assert!(fixture.points(total, &lines) <= most);
        }
    }
}
