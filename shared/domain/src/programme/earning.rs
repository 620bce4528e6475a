//! The points that a sale or a visit earns: spending and visits, then one multiplier, then bonuses, within
//! the limit of a sale and the daily cap. Each part of the points names its rule, so that a till can show the
//! reasons. `docs/programme.md` has the exact rules.

use super::Programme;
use super::basket::Basket;
use super::context::EarningContext;
use super::limits::MOST_POINTS_OF_A_SALE;
use super::rules::{Bonus, Each, Multiplier};
use super::spend::Money;
use super::terms::Terms;
use crate::ledger::day_count::DayCount;
use crate::purchase::Line;
use crate::{Cents, Points};

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
    /// The limit of one sale: the points that it took off, below zero.
    SaleLimit,
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
        if basket.total < terms.minimum_spend || terms.excludes_all(basket) {
            return earning;
        }
        for (rule, points) in Money::spent(terms, basket, context).points(terms.rounding) {
            earning.add(Source::Spend, rule.name.as_ref(), points);
        }
        terms.add_visit(basket.total, context, so_far, &mut earning);
        terms.multiply(basket.total, context, &mut earning);
        for bonus in &terms.bonuses {
            if bonus.when.holds(context, basket.total) {
                let points = terms.bonus(bonus, basket.lines);
                earning.add(Source::Bonus, bonus.name.as_ref(), points);
            }
        }
        terms.limit(so_far, &mut earning);
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
        terms.limit(so_far, &mut earning);
        earning
    }
}

impl Terms {
    /// Whether the basket has only excluded goods: the lines of excluded goods are all of the lines, and sum to
    /// the amount paid or more.
    fn excludes_all(&self, basket: Basket<'_>) -> bool {
        !basket.lines.is_empty()
            && basket.lines.iter().all(|line| self.excludes(line))
            && basket.lines.iter().map(Line::counted).sum::<i128>()
                >= i128::from(basket.total.get())
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

    /// Cuts the points to the limit of a sale, then to what the daily cap leaves.
    fn limit(&self, so_far: DayCount, earning: &mut Earning) {
        let over = (earning.total() - MOST_POINTS_OF_A_SALE).max(Points::ZERO);
        earning.add(Source::SaleLimit, None, -over);
        if let Some(left) = self.left_of_cap(so_far) {
            let over = (earning.total() - left).max(Points::ZERO);
            earning.add(Source::DailyCap, None, -over);
        }
    }

    /// The points that the daily cap leaves on a day; `None` without a cap.
    pub(crate) fn left_of_cap(&self, so_far: DayCount) -> Option<Points> {
        self.daily_cap.map(|cap| (cap - so_far.earned).max(Points::ZERO))
    }

    pub(super) fn excludes(&self, line: &Line) -> bool {
        self.excluded.name(line) || (self.discounts_excluded && line.discount > Cents::ZERO)
    }

    /// The greatest of the multipliers that apply.
    fn multiplier(&self, total: Cents, context: &EarningContext<'_>) -> Option<&Multiplier> {
        let applicable = self.multipliers.iter().filter(|rule| rule.when.holds(context, total));
        // Of equal multipliers, the first that the merchant wrote.
        applicable.rev().max_by_key(|rule| rule.hundredths)
    }

    fn bonus(&self, bonus: &Bonus, lines: &[Line]) -> Points {
        let mut named = lines.iter().filter(|line| {
            line.counted() > 0 && !self.excludes(line) && bonus.goods.matches(line).is_some()
        });
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

    #[rstest]
    #[case::the_better_one(&[(2, 100), (30, 1_000), (5, 200)], 30)]
    #[case::the_first_of_equal_ones(&[(2, 100), (20, 1_000), (3, 1_000)], 20)]
    fn of_equally_specific_rules_the_better_one_counts_then_the_first_listed(
        #[case] rules: &[(u32, i64)],
        #[case] earned: i64,
    ) {
        for goods in [Goods::default(), goods(&["S1"], &[]), goods(&[], &["a"])] {
            let mut fixture = Fixture::default();
            let numbered = rules.iter().enumerate().map(|(index, (points, per))| SpendRule {
                name: Some(index.to_string()),
                goods: goods.clone(),
                ..SpendRule::of_everything(*points, Cents::new(*per))
            });
            fixture.terms.spend = numbered.collect();
            let earning = fixture.earn(1_000, &[line("S1", "a", 1, 1_000, 0)]);
            assert_eq!(earning.total().get(), earned);
            let best = if earned == 30 { "1" } else { "0" };
            assert_eq!(earning.parts[0].name.as_deref(), Some(best));
        }
    }

    #[test]
    fn the_rest_of_the_total_belongs_to_the_better_rule_for_all_goods_or_earns_nothing() {
        let mut fixture = Fixture::default();
        fixture.terms.spend = vec![spend(5, goods(&["S1"], &[]), Condition::default())];
        let lines = [line("S1", "a", 1, 1_000, 0)];
        assert_eq!(fixture.points(3_000, &lines), 50);
        fixture.terms.spend.push(spend(1, Goods::default(), Condition::default()));
        fixture.terms.spend.push(spend(2, Goods::default(), Condition::default()));
        assert_eq!(fixture.points(3_000, &lines), 50 + 40);
    }

    #[test]
    fn article_codes_compare_without_case_and_categories_without_case_and_accents() {
        let mut fixture = Fixture::default();
        fixture.terms.spend.push(spend(5, goods(&["ref-É1"], &[]), Condition::default()));
        fixture.terms.spend.push(spend(3, goods(&[], &["Été"]), Condition::default()));
        assert_eq!(fixture.points(1_000, &[line("REF-é1", "x", 1, 1_000, 0)]), 50);
        assert_eq!(fixture.points(1_000, &[line("REF-E1", "x", 1, 1_000, 0)]), 10);
        assert_eq!(fixture.points(1_000, &[line("x", "ETE", 1, 1_000, 0)]), 30);
        fixture.terms.excluded = goods(&["X9"], &[]);
        assert_eq!(fixture.points(1_000, &[line("x9", "ETE", 1, 1_000, 0)]), 0);
    }

    #[rstest]
    #[case(Rounding::Down, 3)]
    #[case(Rounding::Nearest, 3)]
    #[case(Rounding::Up, 4)]
    fn the_points_for_money_are_rounded_once_for_the_sale(
        #[case] rounding: Rounding,
        #[case] earned: i64,
    ) {
        let mut fixture = Fixture::default();
        fixture.terms.rounding = rounding;
        fixture.terms.spend.push(spend(1, goods(&[], &["a"]), Condition::default()));
        fixture.terms.spend.push(spend(1, goods(&[], &["b"]), Condition::default()));
        // 0.90, 0.60 and 1.70 points: 3.20 in all. Each rule rounded alone would give 1, 4 or 4.
        let lines = [line("1", "a", 1, 90, 0), line("2", "b", 1, 60, 0), line("3", "c", 1, 170, 0)];
        let earning = fixture.earn(320, &lines);
        assert_eq!(earning.total().get(), earned);
    }

    #[test]
    fn the_points_that_rounding_leaves_go_to_the_rules_with_the_largest_fractions() {
        let mut fixture = Fixture::default();
        let named = |name: &str, category: &str| SpendRule {
            name: Some(name.to_owned()),
            ..spend(1, goods(&[], &[category]), Condition::default())
        };
        fixture.terms.spend = vec![named("A", "a"), named("B", "b"), named("C", "c")];
        let parts = |cents: [i64; 3]| {
            let [a, b, c] = cents;
            let lines = [line("1", "a", 1, a, 0), line("2", "b", 1, b, 0), line("3", "c", 1, c, 0)];
            let earning = fixture.earn(a + b + c, &lines);
            let parts = earning.parts.iter();
            parts
                .map(|part| format!("{} {}", part.name.as_deref().unwrap(), part.points.get()))
                .collect::<Vec<_>>()
        };
        assert_eq!(parts([140, 290, 170]), ["A 1", "B 3", "C 2"]);
        assert_eq!(parts([150, 150, 150]), ["A 2", "B 1", "C 1"]);
    }

    #[test]
    fn a_discount_of_one_cent_on_the_whole_receipt_costs_no_point() {
        let fixture = Fixture::default();
        let lines =
            [line("1", "a", 1, 3_333, 0), line("2", "a", 1, 3_333, 0), line("3", "a", 1, 3_335, 0)];
        assert_eq!(fixture.points(10_000, &lines), 100);
        let mut fixture = fixture;
        fixture.terms.spend = vec![
            spend(1, goods(&["1"], &[]), Condition::default()),
            spend(1, goods(&["2"], &[]), Condition::default()),
            spend(1, goods(&["3"], &[]), Condition::default()),
        ];
        assert_eq!(fixture.points(10_000, &lines), 100);
    }

    #[test]
    fn lines_above_the_total_share_it_exactly_with_excluded_lines() {
        let mut fixture = Fixture::default();
        fixture.terms.excluded = goods(&[], &["cartes"]);
        let lines = [line("1", "sacs", 1, 1_000, 0), line("2", "cartes", 1, 2_000, 0)];
        // A third of 29.99 € is 9.9966… €.
        assert_eq!(fixture.points(2_999, &lines), 9);
        fixture.terms.rounding = Rounding::Up;
        assert_eq!(fixture.points(2_999, &lines), 10);
    }

    #[test]
    fn a_line_below_zero_counts_as_zero() {
        let fixture = Fixture::default();
        let lines = [line("1", "a", 1, 3_000, 0), line("2", "a", 1, 100, 1_100)];
        assert_eq!(fixture.points(2_000, &lines), 20);
        assert_eq!(fixture.points(4_000, &lines), 40);
    }

    #[rstest]
    #[case::the_whole_total(5_000, 0)]
    #[case::more_than_the_total(4_000, 0)]
    #[case::less_than_the_total(6_000, 10 + 3 + 20)]
    fn a_sale_of_excluded_goods_alone_earns_nothing_at_all(
        #[case] total: i64,
        #[case] earned: i64,
    ) {
        let mut fixture = Fixture::default();
        fixture.terms.excluded = goods(&["g"], &[]);
        let when = Condition::default();
        fixture.terms.visits =
            vec![VisitRule { name: None, points: 3, most_a_day: 1, when: when.clone() }];
        let each = Each::Sale;
        fixture.terms.bonuses =
            vec![Bonus { name: None, points: 20, each, goods: Goods::default(), when }];
        assert_eq!(fixture.points(total, &[line("G", "a", 1, 5_000, 0)]), earned);
    }

    #[test]
    fn a_bonus_for_goods_needs_a_line_with_an_amount_above_zero() {
        let mut fixture = Fixture { terms: Terms::default(), ..Fixture::default() };
        let bonus = |each| Bonus {
            name: None,
            points: 50,
            each,
            goods: goods(&["P"], &[]),
            when: Condition::default(),
        };
        fixture.terms.bonuses = vec![bonus(Each::Sale), bonus(Each::Piece { most_a_sale: 1_000 })];
        assert_eq!(fixture.points(1_000, &[line("P", "a", 4, 0, 0)]), 0);
        assert_eq!(fixture.points(1_000, &[line("P", "a", 4, 100, 400)]), 0);
        assert_eq!(fixture.points(1_000, &[line("p", "a", 4, 100, 399)]), 50 + 200);
    }

    #[test]
    fn a_sale_earns_at_most_a_million_points() {
        let mut fixture = Fixture::default();
        fixture.terms.spend = vec![SpendRule::of_everything(10, Cents::new(1))];
        let earning = fixture.earn(100_000_000, &[]);
        assert_eq!(earning.total(), Points::new(1_000_000));
        assert_eq!(earning.parts[1].source, Source::SaleLimit);
        fixture.terms.daily_cap = Some(Points::new(50));
        let sources: Vec<_> =
            fixture.earn(100_000_000, &[]).parts.iter().map(|part| part.source).collect();
        assert_eq!(sources, [Source::Spend, Source::SaleLimit, Source::DailyCap]);
        assert_eq!(fixture.points(100_000_000, &[]), 50);
    }

    #[test]
    fn a_visit_earns_the_points_of_visits_with_the_multiplier_and_within_the_cap() {
        let shop = EstablishmentId::parse("paris").unwrap();
        let day = Day::parse("2026-11-24").unwrap();
        let when = Condition::default();
        let visit = VisitRule { name: None, points: 5, most_a_day: 2, when: when.clone() };
        let bonus =
            Bonus { name: None, points: 9, each: Each::Sale, goods: Goods::default(), when };
        let multiplier = Multiplier { name: None, hundredths: 150, when: Condition::default() };
        let terms = Terms {
            visits: vec![visit],
            multipliers: vec![multiplier],
            bonuses: vec![bonus],
            daily_cap: Some(Points::new(10)),
            ..Terms::default()
        };
        let earn = |terms: &Terms, earned, visits| {
            let context = EarningContext {
                day,
                minute: 0,
                establishment: &shop,
                birth_month: None,
                level: None,
            };
            let so_far = DayCount { day, earned: Points::new(earned), visits };
            Programme::from_stored(terms.clone()).earn_for_visit(&context, so_far).total().get()
        };
        assert_eq!([earn(&terms, 0, 0), earn(&terms, 7, 1), earn(&terms, 0, 2)], [7, 3, 0]);
        let minimum = Terms { minimum_spend: Cents::new(1), ..terms };
        assert_eq!(earn(&minimum, 0, 0), 0);
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
