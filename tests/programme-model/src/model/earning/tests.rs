use jiff::civil::date;

use super::*;
use crate::model::programme::{Hours, Multiplier, VisitRule};

/// One point per euro on all goods, rounded down.
fn one_per_euro() -> Programme {
    Programme { spend: vec![rule(None, 1, 100, Goods::default())], ..Programme::default() }
}

fn rule(name: Option<&str>, points: i64, per_cents: i64, goods: Goods) -> SpendRule {
    let name = name.map(str::to_owned);
    SpendRule { name, points, per_cents, goods, when: Condition::default() }
}

fn sku(code: &str) -> Goods {
    Goods { skus: vec![code.to_owned()], ..Goods::default() }
}

fn category(name: &str) -> Goods {
    Goods { categories: vec![name.to_owned()], ..Goods::default() }
}

fn line(sku: &str, category: &str, unit_price_cents: i64) -> Line {
    Line {
        sku: Some(sku.to_owned()),
        category: Some(category.to_owned()),
        thousandths: 1000,
        unit_price_cents,
        discount_cents: 0,
    }
}

fn paid(total_cents: i64, lines: Vec<Line>) -> Basket {
    Basket { total_cents, lines }
}

/// Monday 2 March 2026, 12:00, in Paris.
fn monday_noon() -> Moment {
    Moment {
        day: date(2026, 3, 2),
        utc_day: date(2026, 3, 2),
        minute: 720,
        establishment: "paris".to_owned(),
    }
}

fn earn(programme: &Programme, basket: &Basket) -> Earned {
    earn_for_sale(programme, basket, &monday_noon(), &Customer::default(), DayCount::default())
}

fn points(programme: &Programme, basket: &Basket) -> i64 {
    earn(programme, basket).points
}

fn shown(earned: &Earned) -> Vec<i64> {
    earned.parts.iter().map(|part| part.points).collect()
}

fn bonus(points: i64, goods: Goods, most_a_sale: Option<i64>) -> Bonus {
    Bonus { name: None, points, most_a_sale, goods, when: Condition::default() }
}

fn visit_rule(points: i64, most_a_day: i64) -> VisitRule {
    VisitRule { name: None, points, most_a_day, when: Condition::default() }
}

fn multiplier(hundredths: i64) -> Multiplier {
    Multiplier { name: None, hundredths, when: Condition::default() }
}

#[test]
fn a_shirt_of_49_90_with_a_discount_of_5_euros_earns_44_points() {
    let shirt = Line { discount_cents: 500, ..line("3770012000011", "chemises", 4990) };
    let earned = earn(&one_per_euro(), &paid(4490, vec![shirt]));
    assert_eq!(earned.points, 44);
    assert_eq!(shown(&earned), [44]);
}

#[test]
fn a_sale_below_the_minimum_earns_nothing_at_all() {
    let programme = Programme {
        minimum_spend_cents: 1000,
        visits: vec![visit_rule(5, 1)],
        bonuses: vec![bonus(7, Goods::default(), None)],
        ..one_per_euro()
    };
    assert_eq!(points(&programme, &paid(999, vec![])), 0);
    assert_eq!(points(&programme, &paid(1000, vec![])), 10 + 5 + 7);
}

#[test]
fn the_rule_for_a_code_gets_the_line_before_a_better_rule_for_its_category() {
    let programme = Programme {
        spend: vec![
            rule(None, 9, 100, Goods::default()),
            rule(None, 5, 100, category("Thé")),
            rule(None, 2, 100, sku("A1")),
        ],
        ..Programme::default()
    };
    assert_eq!(points(&programme, &paid(1000, vec![line("a1", "THE", 1000)])), 20);
    assert_eq!(points(&programme, &paid(1000, vec![line("B2", "THE", 1000)])), 50);
    assert_eq!(points(&programme, &paid(1000, vec![line("B2", "Café", 1000)])), 90);
}

#[test]
fn a_rule_that_names_the_code_and_another_category_gets_the_line_by_its_code() {
    let goods = Goods { skus: vec!["A1".to_owned()], categories: vec!["Café".to_owned()] };
    let programme = Programme {
        spend: vec![rule(None, 1, 100, goods), rule(None, 3, 100, category("Thé"))],
        ..Programme::default()
    };
    assert_eq!(points(&programme, &paid(1000, vec![line("A1", "Thé", 1000)])), 10);
}

#[test]
fn of_equally_specific_rules_the_one_with_more_points_per_euro_gets_the_line_then_the_first() {
    let programme = Programme {
        spend: vec![
            rule(Some("one"), 1, 100, Goods::default()),
            rule(Some("two"), 4, 200, Goods::default()),
            rule(Some("also two"), 2, 100, Goods::default()),
        ],
        ..Programme::default()
    };
    let earned = earn(&programme, &paid(1000, vec![]));
    assert_eq!(earned.points, 20);
    assert_eq!(earned.parts[0].name.as_deref(), Some("two"));
}

#[test]
fn the_rest_of_the_total_belongs_to_a_rule_for_all_goods() {
    let for_tea = rule(None, 3, 100, category("Thé"));
    let basket = paid(1500, vec![line("A1", "Thé", 1000)]);
    let alone = Programme { spend: vec![for_tea.clone()], ..Programme::default() };
    assert_eq!(points(&alone, &basket), 30);
    let both = Programme {
        spend: vec![for_tea, rule(None, 1, 100, Goods::default())],
        ..Programme::default()
    };
    assert_eq!(points(&both, &basket), 35);
}

#[test]
fn a_discount_on_the_whole_receipt_is_shared_exactly() {
    let programme = Programme {
        spend: vec![rule(None, 1, 100, category("Thé")), rule(None, 1, 100, category("Café"))],
        ..Programme::default()
    };
    // 5.00 € and 5.01 € with one cent off: 500 × 1000 / 1001 and 501 × 1000 / 1001 cents.
    let basket = paid(1000, vec![line("A1", "Thé", 500), line("B2", "Café", 501)]);
    let earned = earn(&programme, &basket);
    assert_eq!(earned.points, 10);
    // 4.995… and 5.004…: the point that is left goes to the larger fraction.
    assert_eq!(shown(&earned), [5, 5]);
}

#[test]
fn the_points_of_three_rules_are_rounded_once() {
    let programme = Programme {
        spend: vec![
            rule(Some("tea"), 1, 100, category("Thé")),
            rule(Some("coffee"), 1, 100, category("Café")),
            rule(Some("all"), 1, 100, Goods::default()),
        ],
        ..Programme::default()
    };
    let lines = vec![line("A1", "Thé", 50), line("B2", "Café", 50), line("C3", "Pain", 100)];
    let earned = earn(&programme, &paid(200, lines));
    assert_eq!(earned.points, 2);
    // Two equal fractions: the first in the list gets the point. A part of zero is not shown.
    let names: Vec<_> = earned.parts.iter().map(|part| part.name.as_deref()).collect();
    assert_eq!(names, [Some("tea"), Some("all")]);
}

#[test]
fn half_a_point_is_rounded_as_the_programme_says() {
    for (rounding, of_149, of_150, of_151) in
        [(Rounding::Down, 1, 1, 1), (Rounding::Nearest, 1, 2, 2), (Rounding::Up, 2, 2, 2)]
    {
        let programme = Programme { rounding, ..one_per_euro() };
        assert_eq!(points(&programme, &paid(149, vec![])), of_149);
        assert_eq!(points(&programme, &paid(150, vec![])), of_150);
        assert_eq!(points(&programme, &paid(151, vec![])), of_151);
        assert_eq!(points(&programme, &paid(200, vec![])), 2);
    }
}

#[test]
fn a_line_with_an_amount_below_zero_counts_as_zero() {
    let gift = Line { discount_cents: 900, ..line("A1", "Thé", 500) };
    let basket = paid(1000, vec![gift, line("B2", "Thé", 1000)]);
    assert_eq!(points(&one_per_euro(), &basket), 10);
}

#[test]
fn a_weight_earns_by_its_amount_rounded_to_the_cent() {
    // 0.333 × 3.00 € = 0.999 €, which is 1.00 €.
    let cheese = Line { thousandths: 333, ..line("A1", "Fromage", 300) };
    let programme =
        Programme { spend: vec![rule(None, 1, 100, sku("A1"))], ..Programme::default() };
    assert_eq!(points(&programme, &paid(100, vec![cheese])), 1);
}

#[test]
fn a_sale_of_excluded_goods_only_earns_nothing_at_all() {
    let programme = Programme {
        excluded: category("Épicerie"),
        bonuses: vec![bonus(7, Goods::default(), None)],
        visits: vec![visit_rule(5, 1)],
        ..one_per_euro()
    };
    let excluded = line("A1", "EPICERIE", 1000);
    assert_eq!(points(&programme, &paid(1000, vec![excluded.clone()])), 0);
    assert_eq!(points(&programme, &paid(900, vec![excluded.clone()])), 0);
    // The rest of the total is not excluded.
    assert_eq!(points(&programme, &paid(1500, vec![excluded.clone()])), 5 + 5 + 7);
    // Nor is another line.
    let other = line("B2", "Pain", 0);
    assert_eq!(points(&programme, &paid(1000, vec![excluded, other])), 5 + 7);
}

#[test]
fn an_excluded_line_has_its_share_of_a_discount_on_the_whole_receipt() {
    let programme = Programme { excluded: sku("x1"), ..one_per_euro() };
    let basket = paid(1500, vec![line("X1", "Thé", 1000), line("B2", "Thé", 1000)]);
    assert_eq!(points(&programme, &basket), 7);
}

#[test]
fn a_line_with_a_discount_earns_nothing_where_discounts_are_excluded() {
    let programme = Programme { discounts_excluded: true, ..one_per_euro() };
    let reduced = Line { discount_cents: 1, ..line("A1", "Thé", 1000) };
    let basket = paid(1999, vec![reduced, line("B2", "Thé", 1000)]);
    assert_eq!(points(&programme, &basket), 10);
}

#[test]
fn the_greatest_multiplier_counts_and_leaves_the_bonuses_alone() {
    let programme = Programme {
        visits: vec![visit_rule(5, 1)],
        multipliers: vec![multiplier(150), multiplier(200), multiplier(110)],
        bonuses: vec![bonus(7, Goods::default(), None)],
        ..one_per_euro()
    };
    let earned = earn(&programme, &paid(1000, vec![]));
    assert_eq!(shown(&earned), [10, 5, 15, 7]);
    assert_eq!(earned.points, 37);
}

#[test]
fn the_points_that_a_multiplier_adds_are_rounded_once() {
    for (rounding, expected) in [(Rounding::Down, 7), (Rounding::Nearest, 8), (Rounding::Up, 8)] {
        let programme =
            Programme { rounding, multipliers: vec![multiplier(150)], ..one_per_euro() };
        assert_eq!(points(&programme, &paid(500, vec![])), expected);
    }
}

#[test]
fn a_bonus_per_piece_counts_whole_pieces_of_each_line_up_to_its_maximum() {
    let goods = sku("A1");
    let programme =
        Programme { bonuses: vec![bonus(2, goods.clone(), Some(9))], ..Programme::default() };
    let pieces = |thousandths| Line { thousandths, ..line("a1", "Thé", 100) };
    // 1.9 and 2.5 pieces are 1 + 2 whole pieces.
    assert_eq!(points(&programme, &paid(440, vec![pieces(1900), pieces(2500)])), 6);
    assert_eq!(points(&programme, &paid(900, vec![pieces(9000)])), 9);
    assert_eq!(points(&programme, &paid(90, vec![pieces(900)])), 0);
    let once = Programme { bonuses: vec![bonus(2, goods, None)], ..Programme::default() };
    assert_eq!(points(&once, &paid(900, vec![pieces(9000)])), 2);
    assert_eq!(points(&once, &paid(90, vec![pieces(900)])), 2);
}

#[test]
fn a_bonus_for_goods_needs_a_line_above_zero_that_is_not_excluded() {
    let programme = Programme {
        bonuses: vec![bonus(2, category("Thé"), None)],
        excluded: sku("X1"),
        ..Programme::default()
    };
    assert_eq!(points(&programme, &paid(500, vec![line("A1", "Thé", 500)])), 2);
    assert_eq!(points(&programme, &paid(500, vec![line("A1", "Thé", 0)])), 0);
    assert_eq!(points(&programme, &paid(900, vec![line("X1", "Thé", 500)])), 0);
    assert_eq!(points(&programme, &paid(500, vec![])), 0);
}

#[test]
fn a_sale_earns_at_most_a_million_points() {
    let programme = Programme {
        spend: vec![rule(None, 1, 1, Goods::default())],
        daily_cap: Some(1_000_001),
        ..Programme::default()
    };
    assert_eq!(points(&programme, &paid(5_000_000, vec![])), 1_000_000);
}

#[test]
fn a_sale_gets_what_the_cap_of_the_day_leaves() {
    let programme = Programme { daily_cap: Some(30), ..one_per_euro() };
    let earn = |counted| {
        let counted = DayCount { points: counted, visits: 1 };
        earn_for_sale(
            &programme,
            &paid(2000, vec![]),
            &monday_noon(),
            &Customer::default(),
            counted,
        )
    };
    assert_eq!(shown(&earn(10)), [20]);
    assert_eq!(shown(&earn(18)), [20, -8]);
    assert_eq!(earn(18).points, 12);
    assert_eq!(earn(31).points, 0);
}

#[test]
fn each_rule_for_visits_counts_the_visits_of_the_day() {
    let programme =
        Programme { visits: vec![visit_rule(5, 1), visit_rule(3, 2)], ..Programme::default() };
    let earn = |visits| {
        let counted = DayCount { points: 0, visits };
        earn_for_visit(&programme, &monday_noon(), &Customer::default(), counted).points
    };
    assert_eq!([earn(0), earn(1), earn(2)], [8, 3, 0]);
}

#[test]
fn a_visit_earns_no_bonus_and_nothing_where_the_programme_has_a_minimum() {
    let programme = Programme {
        visits: vec![visit_rule(5, 1)],
        multipliers: vec![multiplier(200)],
        bonuses: vec![bonus(7, Goods::default(), None)],
        ..one_per_euro()
    };
    let earn = |programme: &Programme| {
        let nothing = DayCount::default();
        earn_for_visit(programme, &monday_noon(), &Customer::default(), nothing).points
    };
    assert_eq!(earn(&programme), 10);
    assert_eq!(earn(&Programme { minimum_spend_cents: 1, ..programme }), 0);
}

#[test]
fn a_condition_holds_if_all_its_parts_hold() {
    let member = Customer { level: Some("or".to_owned()), birth_month: Some(3) };
    let met = Condition {
        from: Some(date(2026, 3, 2)),
        until: Some(date(2026, 3, 2)),
        weekdays: vec![Weekday::Sunday, Weekday::Monday],
        hours: Some(Hours { from: "12:00".to_owned(), until: "12:01".to_owned() }),
        establishments: vec!["paris".to_owned()],
        levels: vec!["argent".to_owned(), "or".to_owned()],
        birthday_month: true,
        minimum_spend_cents: 1000,
    };
    let holds = |when: &Condition| holds(when, &monday_noon(), &member, 1000);
    assert!(holds(&met));
    assert!(!holds(&Condition { from: Some(date(2026, 3, 3)), ..met.clone() }));
    assert!(!holds(&Condition { until: Some(date(2026, 3, 1)), ..met.clone() }));
    assert!(!holds(&Condition { weekdays: vec![Weekday::Tuesday], ..met.clone() }));
    let morning = Some(Hours { from: "08:00".to_owned(), until: "12:00".to_owned() });
    assert!(!holds(&Condition { hours: morning, ..met.clone() }));
    assert!(!holds(&Condition { establishments: vec!["noumea".to_owned()], ..met.clone() }));
    assert!(!holds(&Condition { levels: vec!["argent".to_owned()], ..met.clone() }));
    assert!(!holds(&Condition { minimum_spend_cents: 1001, ..met.clone() }));
    let stranger = Customer::default();
    assert!(!super::holds(&met, &monday_noon(), &stranger, 1000));
    let evening = Some(Hours { from: "12:00".to_owned(), until: "24:00".to_owned() });
    assert!(holds(&Condition { hours: evening, ..met }));
}

#[test]
fn categories_compare_without_case_and_accents() {
    assert_eq!(fold("ÉPICERIE"), "epicerie");
    assert_eq!(fold("E\u{301}picerie"), "epicerie");
    assert_eq!(fold("Maïs doux"), "mais doux");
    assert_ne!(fold("Épicerie fine"), fold("Épicerie"));
}
