//! The checks of a programme when it is saved: no rule gives without limit, contradicts another, or ends
//! before it begins.

use super::condition::Condition;
use super::expiry::Expiry;
use super::goods::Goods;
use super::level::LevelCode;
use super::limits::{
    LARGEST_MULTIPLE, MOST_COUNT, MOST_EXPIRY_MONTHS, MOST_GOODS, MOST_HUNDREDTHS, MOST_LEVELS,
    MOST_PENDING_DAYS, MOST_POINTS, MOST_RULES, MOST_VISIT_POINTS_A_DAY, MOST_VISITS_A_DAY,
    NAME_LENGTH, SHORTEST_MONTH,
};
use super::rules::Each;
use super::smallest_sale;
use super::spend::least_common_multiple;
use super::terms::{Terms, Unit};
use crate::purchase::optician;
use crate::values::sensitive;
use crate::{
    Cents, Day, DomainError, EstablishmentId, InvalidField, ProgrammeError, Sector, ValueError,
};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// The facts beside its terms that decide whether a programme is accepted.
#[derive(Debug, Clone, Copy)]
pub struct SavingContext<'a> {
    /// The merchant's sector.
    pub sector: Sector,
    /// The merchant's establishments.
    pub establishments: &'a BTreeSet<EstablishmentId>,
    /// The first day of the programme that is not in the past. No rule ends before it.
    pub first_day: Day,
    /// Whether the merchant wants a programme that earns nothing.
    pub ends_earning: bool,
}

/// The fields that are not accepted so far.
struct Invalid(Vec<InvalidField>);

impl Invalid {
    /// Notes the field at `pointer` unless it is accepted.
    fn check(
        &mut self,
        is_accepted: bool,
        pointer: impl Into<Cow<'static, str>>,
        error: impl Into<DomainError>,
    ) {
        if !is_accepted {
            self.0.push(InvalidField::new(pointer, error));
        }
    }

    fn name(&mut self, name: Option<&String>, pointer: &str) {
        let Some(name) = name else { return };
        let pointer = format!("{pointer}/name");
        if let Err(error) = sensitive::name(name, NAME_LENGTH) {
            self.check(false, pointer, error);
        } else {
            // White space around the name is stored, and counts.
            let fits = name.chars().count() <= NAME_LENGTH;
            self.check(fits, pointer, ValueError::TooLong { limit: NAME_LENGTH });
        }
    }

    fn points(&mut self, points: u32, pointer: &str) {
        self.check(
            (1..=MOST_POINTS).contains(&points),
            format!("{pointer}/points"),
            ProgrammeError::RulePoints,
        );
    }

    fn not_excluded(&mut self, goods: &Goods, terms: &Terms, pointer: &str) {
        let both = goods.overlap(&terms.excluded);
        self.check(!both, format!("{pointer}/goods"), ProgrammeError::EarnsWhatIsExcluded);
    }

    fn goods(&mut self, goods: &Goods, sector: Sector, pointer: &str) {
        let fits = goods.skus.len() <= MOST_GOODS && goods.categories.len() <= MOST_GOODS;
        self.check(fits, format!("{pointer}/skus"), ProgrammeError::TooManyGoods);
        if sector == Sector::Optical {
            self.check(
                goods.skus.is_empty(),
                format!("{pointer}/skus"),
                ProgrammeError::OpticianGoods,
            );
            let families = goods.categories.iter().all(|category| optician::is_family(category));
            self.check(families, format!("{pointer}/categories"), ProgrammeError::OpticianGoods);
        }
    }
}

/// Every field of the terms that is not accepted.
pub(super) fn invalid_fields(terms: &Terms, context: SavingContext<'_>) -> Vec<InvalidField> {
    let sector = context.sector;
    let mut invalid = Invalid(vec![]);
    counts(terms, &mut invalid);
    spend(terms, sector, &mut invalid);
    visits(terms, &mut invalid);
    multipliers(terms, &mut invalid);
    bonuses(terms, sector, &mut invalid);
    levels(terms, &mut invalid);
    invalid.goods(&terms.excluded, sector, "/excluded");
    lifetime(terms, &mut invalid);
    for (pointer, when) in terms.conditions() {
        condition(when, &pointer, terms, context, &mut invalid);
    }
    let earns = context.ends_earning || !terms.earns_nothing();
    invalid.check(earns, "/spend", ProgrammeError::EarnsNothing);
    // The checks of amounts need fields that are within their bounds.
    if invalid.0.is_empty() {
        invalid.0.extend(smallest_sale::unbearable(terms));
    }
    invalid.0
}

fn counts(terms: &Terms, invalid: &mut Invalid) {
    let rules = [
        ("/spend", terms.spend.len()),
        ("/visits", terms.visits.len()),
        ("/multipliers", terms.multipliers.len()),
        ("/bonuses", terms.bonuses.len()),
    ];
    for (pointer, count) in rules {
        invalid.check(count <= MOST_RULES, pointer, ProgrammeError::TooManyRules);
    }
    invalid.check(terms.levels.len() <= MOST_LEVELS, "/levels", ProgrammeError::TooManyRules);
    let minimum = Cents::of_document(terms.minimum_spend.get());
    invalid.check(minimum.is_ok(), "/minimum_spend_cents", ValueError::AmountNegative);
    let cap = terms.daily_cap.is_none_or(|cap| (1..=MOST_COUNT).contains(&cap.get()));
    invalid.check(cap, "/daily_cap", ProgrammeError::RulePoints);
    let gifts = [
        ("/gifts/welcome", terms.gifts.welcome),
        ("/gifts/activation", terms.gifts.activation),
        ("/gifts/birthday", terms.gifts.birthday),
    ];
    for (pointer, points) in gifts {
        invalid.check(points <= MOST_POINTS, pointer, ProgrammeError::RulePoints);
    }
}

fn spend(terms: &Terms, sector: Sector, invalid: &mut Invalid) {
    for (index, rule) in terms.spend.iter().enumerate() {
        let pointer = format!("/spend/{index}");
        invalid.name(rule.name.as_ref(), &pointer);
        invalid.check(
            rule.points <= MOST_POINTS,
            format!("{pointer}/points"),
            ProgrammeError::EarningRule,
        );
        let per = (1..=100_000).contains(&rule.per.get());
        invalid.check(per, format!("{pointer}/per_cents"), ProgrammeError::EarningRule);
        invalid.goods(&rule.goods, sector, &format!("{pointer}/goods"));
        invalid.not_excluded(&rule.goods, terms, &pointer);
    }
    let multiple = least_common_multiple(terms.spend.iter().map(|rule| rule.per.get()));
    invalid.check(multiple <= LARGEST_MULTIPLE, "/spend", ProgrammeError::AmountsWithoutMultiple);
}

fn visits(terms: &Terms, invalid: &mut Invalid) {
    for (index, rule) in terms.visits.iter().enumerate() {
        let pointer = format!("/visits/{index}");
        invalid.name(rule.name.as_ref(), &pointer);
        invalid.points(rule.points, &pointer);
        let most = (1..=MOST_VISITS_A_DAY).contains(&rule.most_a_day);
        invalid.check(most, format!("{pointer}/most_a_day"), ProgrammeError::VisitsADay);
        let is_free = rule.when.minimum_spend.max(terms.minimum_spend) <= Cents::ZERO;
        invalid.check(
            terms.unit == Unit::Points || !is_free,
            format!("{pointer}/when/minimum_spend_cents"),
            ProgrammeError::GivesBackMoreThanSpent,
        );
    }
    let greatest = terms.multipliers.iter().map(|rule| i64::from(rule.hundredths)).max();
    let points =
        terms.visits.iter().map(|rule| i64::from(rule.points) * i64::from(rule.most_a_day));
    let a_day = points.sum::<i64>().saturating_mul(greatest.unwrap_or(100)) / 100;
    let a_day = terms.daily_cap.map_or(a_day, |cap| a_day.min(cap.get()));
    invalid.check(
        terms.unit == Unit::Cents || a_day <= MOST_VISIT_POINTS_A_DAY,
        "/visits",
        ProgrammeError::GivesWithoutLimit,
    );
}

fn multipliers(terms: &Terms, invalid: &mut Invalid) {
    for (index, rule) in terms.multipliers.iter().enumerate() {
        let pointer = format!("/multipliers/{index}");
        invalid.name(rule.name.as_ref(), &pointer);
        let more = (101..=MOST_HUNDREDTHS).contains(&rule.hundredths);
        invalid.check(more, format!("{pointer}/hundredths"), ProgrammeError::Multiplier);
    }
}

fn bonuses(terms: &Terms, sector: Sector, invalid: &mut Invalid) {
    for (index, rule) in terms.bonuses.iter().enumerate() {
        let pointer = format!("/bonuses/{index}");
        invalid.name(rule.name.as_ref(), &pointer);
        invalid.points(rule.points, &pointer);
        invalid.goods(&rule.goods, sector, &format!("{pointer}/goods"));
        invalid.not_excluded(&rule.goods, terms, &pointer);
        if let Each::Piece { most_a_sale } = rule.each {
            let named = !rule.goods.is_empty();
            invalid.check(named, format!("{pointer}/goods"), ProgrammeError::PiecesOfNothing);
            let most = (rule.points..=MOST_POINTS).contains(&most_a_sale);
            invalid.check(
                most,
                format!("{pointer}/most_a_sale"),
                ProgrammeError::PiecesWithoutLimit,
            );
        }
    }
}

fn levels(terms: &Terms, invalid: &mut Invalid) {
    let (mut codes, mut thresholds) = (BTreeSet::new(), BTreeSet::new());
    for (index, level) in terms.levels.iter().enumerate() {
        let pointer = format!("/levels/{index}");
        invalid.name(Some(&level.name), &pointer);
        invalid.check(
            codes.insert(&level.code),
            format!("{pointer}/code"),
            ProgrammeError::LevelTwice,
        );
        let from = (1..=MOST_COUNT).contains(&level.from.get());
        invalid.check(from, format!("{pointer}/from_points"), ProgrammeError::RulePoints);
        let alone = thresholds.insert(level.from);
        invalid.check(alone, format!("{pointer}/from_points"), ProgrammeError::LevelTwice);
    }
}

fn lifetime(terms: &Terms, invalid: &mut Invalid) {
    let pending = terms.pending_days <= MOST_PENDING_DAYS;
    invalid.check(pending, "/pending_days", ProgrammeError::PendingDays);
    let months = match terms.expiry {
        Expiry::Never => return,
        Expiry::AfterEarning { months } | Expiry::AfterInactivity { months } => months,
    };
    invalid.check(
        (1..=MOST_EXPIRY_MONTHS).contains(&months),
        "/expiry/months",
        ProgrammeError::ExpiryMonths,
    );
    let outlives = u16::from(terms.pending_days) < u16::from(months) * SHORTEST_MONTH;
    let accepted = outlives || months == 0;
    invalid.check(accepted, "/expiry/months", ProgrammeError::ExpiresWhilePending);
}

fn condition(
    when: &Condition,
    pointer: &str,
    terms: &Terms,
    context: SavingContext<'_>,
    invalid: &mut Invalid,
) {
    let has_ended = when.until.is_some_and(|until| until < context.first_day);
    invalid.check(!has_ended, format!("{pointer}/until"), ProgrammeError::EndsBeforeTheProgramme);
    let ends = when.until.is_none_or(|until| when.from.is_none_or(|from| from <= until));
    invalid.check(ends, format!("{pointer}/until"), ProgrammeError::EndsBeforeItBegins);
    let hours =
        when.hours.is_none_or(|hours| hours.from < hours.until && hours.until <= DAY_MINUTES);
    invalid.check(hours, format!("{pointer}/hours"), ProgrammeError::HoursEmpty);
    let known = when.establishments.is_subset(context.establishments);
    invalid.check(known, format!("{pointer}/establishments"), ProgrammeError::EstablishmentUnknown);
    let is_level = |code: &LevelCode| terms.levels.iter().any(|level| level.code == *code);
    let levels = when.levels.iter().all(is_level);
    invalid.check(levels, format!("{pointer}/levels"), ProgrammeError::LevelUnknown);
    let minimum = Cents::of_document(when.minimum_spend.get());
    invalid.check(
        minimum.is_ok(),
        format!("{pointer}/minimum_spend_cents"),
        ValueError::AmountNegative,
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Points;
    use crate::programme::{
        Bonus, Hours, Level, LevelCode, Multiplier, Programme, Rounding, SpendRule, VisitRule,
    };
    use rstest::rstest;

    fn terms() -> Terms {
        Terms { spend: vec![SpendRule::of_everything(1, Cents::new(100))], ..Terms::default() }
    }

    fn checked(terms: Terms, ends_earning: bool) -> Vec<(String, DomainError)> {
        let establishments = BTreeSet::from([EstablishmentId::parse("paris").unwrap()]);
        let context = SavingContext {
            sector: Sector::Retail,
            establishments: &establishments,
            first_day: Day::parse("2026-11-25").unwrap(),
            ends_earning,
        };
        match Programme::check(terms, context) {
            Ok(_) => vec![],
            Err(invalid) => {
                invalid.into_iter().map(|field| (field.pointer.into_owned(), field.error)).collect()
            }
        }
    }

    fn check(terms: Terms) -> Vec<(String, DomainError)> {
        checked(terms, false)
    }

    fn refused(pointer: &str, error: ProgrammeError) -> Vec<(String, DomainError)> {
        vec![(pointer.to_owned(), error.into())]
    }

    fn multiplied(when: Condition) -> Terms {
        let multipliers = vec![Multiplier { name: None, hundredths: 200, when }];
        Terms { multipliers, ..terms() }
    }

    fn bonus(points: u32, each: Each, goods: Goods) -> Terms {
        let when = Condition::default();
        Terms { bonuses: vec![Bonus { name: None, points, each, goods, when }], ..terms() }
    }

    fn product() -> Goods {
        Goods { skus: BTreeSet::from(["S1".to_owned()]), ..Goods::default() }
    }

    fn level(code: &str, from: i64) -> Level {
        Level {
            code: LevelCode::parse(code).unwrap(),
            name: code.to_owned(),
            from: Points::new(from),
        }
    }

    #[test]
    fn a_usual_programme_is_accepted() {
        let when = Condition { minimum_spend: Cents::new(1), ..Condition::default() };
        let visits = vec![VisitRule { name: None, points: 1, most_a_day: 1, when }];
        let levels = vec![level("silver", 100), level("gold", 1_000)];
        assert_eq!(check(Terms { visits, levels, ..terms() }), []);
    }

    #[test]
    fn a_rule_that_ends_before_it_begins_is_refused_with_its_field() {
        let (from, until) = (Day::parse("2027-02-01").ok(), Day::parse("2027-01-31").ok());
        let when = Condition { from, until, ..Condition::default() };
        assert_eq!(
            check(multiplied(when)),
            [("/multipliers/0/when/until".to_owned(), ProgrammeError::EndsBeforeItBegins.into())]
        );
        let hours = Some(Hours { from: 600, until: 600 });
        assert_eq!(
            check(multiplied(Condition { hours, ..Condition::default() })),
            [("/multipliers/0/when/hours".to_owned(), ProgrammeError::HoursEmpty.into())]
        );
    }

    fn spending(cents: i64) -> Condition {
        Condition { minimum_spend: Cents::new(cents), ..Condition::default() }
    }

    fn bonus_from(points: u32, each: Each, goods: Goods, cents: i64) -> Terms {
        let mut terms = bonus(points, each, goods);
        terms.bonuses[0].when = spending(cents);
        terms
    }

    fn visit(points: u32, most_a_day: u8, cents: i64) -> Terms {
        let when = spending(cents);
        Terms { visits: vec![VisitRule { name: None, points, most_a_day, when }], ..terms() }
    }

    fn cagnotte(points: u32, per: i64) -> Terms {
        let spend = vec![SpendRule::of_everything(points, Cents::new(per))];
        Terms { unit: Unit::Cents, spend, ..Terms::default() }
    }

    fn with_multiplier(hundredths: u32, terms: Terms) -> Terms {
        let when = Condition::default();
        Terms { multipliers: vec![Multiplier { name: None, hundredths, when }], ..terms }
    }

    const BONUS: &str = "/bonuses/0/when/minimum_spend_cents";

    #[rstest]
    #[case::for_any_sale(bonus(50, Each::Sale, Goods::default()))]
    #[case::for_goods_of_a_line_of_one_cent(bonus(1, Each::Sale, product()))]
    #[case::below_a_thousand_points_per_euro(bonus_from(10_000, Each::Sale, product(), 999))]
    #[case::by_the_pieces(bonus_from(5, Each::Piece { most_a_sale: 50 }, product(), 4))]
    #[case::on_top_of_the_points_for_money(bonus_from(10, Each::Sale, product(), 1))]
    fn a_bonus_gives_at_most_a_thousand_points_per_euro_of_the_smallest_sale(#[case] terms: Terms) {
        let mut terms = Terms { rounding: Rounding::Up, ..terms };
        assert_eq!(check(terms.clone()), refused(BONUS, ProgrammeError::GivesWithoutLimit));
        terms.daily_cap = Some(Points::new(100));
        assert_eq!(check(terms), []);
    }

    #[rstest]
    #[case(bonus_from(9_990, Each::Sale, Goods::default(), 1_000))]
    #[case(bonus_from(5, Each::Piece { most_a_sale: 50 }, product(), 100))]
    #[case(Terms { minimum_spend: Cents::new(100), ..bonus(50, Each::Sale, product()) })]
    fn a_bonus_that_the_smallest_sale_can_bear_is_accepted(#[case] terms: Terms) {
        assert_eq!(check(terms), []);
    }

    #[test]
    fn a_bonus_for_each_piece_names_goods_and_has_a_limit() {
        assert_eq!(
            check(bonus_from(50, Each::Piece { most_a_sale: u32::MAX }, product(), 1_000)),
            refused("/bonuses/0/most_a_sale", ProgrammeError::PiecesWithoutLimit)
        );
        assert_eq!(
            check(bonus_from(50, Each::Piece { most_a_sale: 500 }, Goods::default(), 1_000)),
            refused("/bonuses/0/goods", ProgrammeError::PiecesOfNothing)
        );
    }

    #[test]
    fn a_rule_for_money_gives_at_most_a_thousand_points_per_euro_with_the_greatest_multiplier() {
        let of = |points, per| {
            let spend = vec![SpendRule::of_everything(points, Cents::new(per))];
            Terms { spend, ..Terms::default() }
        };
        assert_eq!(check(of(10, 1)), []);
        assert_eq!(check(with_multiplier(1_000, of(1, 1))), []);
        let without_limit = refused("/spend/0/points", ProgrammeError::GivesWithoutLimit);
        assert_eq!(check(of(10_000, 1)), without_limit);
        assert_eq!(check(with_multiplier(1_000, of(10_000, 1))), without_limit);
        assert_eq!(check(with_multiplier(101, of(10, 1))), without_limit);
        let later = Multiplier { name: None, hundredths: 1_000, when: spending(500) };
        assert_eq!(check(Terms { multipliers: vec![later], ..of(2, 1) }), without_limit);
    }

    #[test]
    fn the_rules_for_visits_give_at_most_ten_thousand_points_a_day_with_the_greatest_multiplier() {
        let without_limit = refused("/visits", ProgrammeError::GivesWithoutLimit);
        assert_eq!(check(visit(10_000, 1, 0)), []);
        assert_eq!(check(visit(10_000, 2, 0)), without_limit);
        assert_eq!(check(with_multiplier(101, visit(10_000, 1, 0))), without_limit);
        let capped = Terms { daily_cap: Some(Points::new(500)), ..visit(10_000, 2, 0) };
        assert_eq!(check(capped), []);
    }

    #[rstest]
    #[case(10_000, true)]
    #[case(10_001, false)]
    #[case(10_000_000, false)]
    fn a_small_daily_cap_alone_limits_what_the_smallest_sale_earns(
        #[case] cap: i64,
        #[case] accepted: bool,
    ) {
        let daily_cap = Some(Points::new(cap));
        let terms = Terms { daily_cap, ..bonus(10_000, Each::Sale, product()) };
        assert_eq!(check(terms).is_empty(), accepted);
    }

    #[rstest]
    #[case(cagnotte(50, 100), None)]
    #[case(cagnotte(100, 100), Some("/spend/0/points"))]
    #[case(with_multiplier(200, cagnotte(50, 100)), Some("/spend/0/points"))]
    #[case::rounded_up_one_cent_gives_two(
        Terms { rounding: Rounding::Up, ..with_multiplier(101, cagnotte(99, 100)) },
        Some("/spend/0/points")
    )]
    #[case::rounded_up_twice_above_the_minimum(
        Terms {
            rounding: Rounding::Up,
            minimum_spend: Cents::new(100),
            ..with_multiplier(101, cagnotte(98, 100))
        },
        Some("/spend/0/points")
    )]
    #[case::rounded_up_with_a_minimum(
        Terms { rounding: Rounding::Up, minimum_spend: Cents::new(100), ..cagnotte(5, 100) },
        None
    )]
    #[case::a_bonus_of_ten_euros(
        Terms { bonuses: bonus(1_000, Each::Sale, product()).bonuses, ..cagnotte(5, 100) },
        Some(BONUS)
    )]
    #[case::a_bonus_of_ten_euros_from_ten_euros(
        Terms {
            bonuses: bonus_from(1_000, Each::Sale, product(), 1_000).bonuses,
            ..cagnotte(5, 100)
        },
        Some(BONUS)
    )]
    #[case::a_bonus_of_ten_euros_from_fifty_euros(
        Terms {
            bonuses: bonus_from(1_000, Each::Sale, product(), 5_000).bonuses,
            ..cagnotte(5, 100)
        },
        None
    )]
    #[case::a_bonus_below_a_cap(
        Terms {
            daily_cap: Some(Points::new(2_000)),
            bonuses: bonus_from(1_000, Each::Sale, product(), 1_000).bonuses,
            ..cagnotte(5, 100)
        },
        Some(BONUS)
    )]
    #[case::a_visit_of_a_hundred_euros(
        Terms { visits: visit(10_000, 1, 0).visits, ..cagnotte(5, 100) },
        Some("/visits/0/when/minimum_spend_cents")
    )]
    #[case::a_visit_of_a_hundred_euros_from_a_hundred_euros(
        Terms { visits: visit(10_000, 1, 10_000).visits, ..cagnotte(5, 100) },
        Some("/visits/0/when/minimum_spend_cents")
    )]
    #[case::a_visit_of_one_euro_from_twenty_euros(
        Terms { visits: visit(100, 1, 2_000).visits, ..cagnotte(5, 100) },
        None
    )]
    fn a_sale_in_a_programme_of_cents_earns_less_than_its_total(
        #[case] terms: Terms,
        #[case] pointer: Option<&str>,
    ) {
        let expected = pointer
            .map_or(vec![], |pointer| refused(pointer, ProgrammeError::GivesBackMoreThanSpent));
        assert_eq!(check(terms), expected);
    }

    #[test]
    fn a_programme_that_earns_nothing_is_refused_unless_the_request_says_so() {
        let earns_nothing = refused("/spend", ProgrammeError::EarnsNothing);
        let doubled = with_multiplier(200, Terms::default());
        let zero =
            Terms { spend: vec![SpendRule::of_everything(0, Cents::new(100))], ..Terms::default() };
        for terms in [Terms::default(), doubled, zero] {
            assert_eq!(check(terms.clone()), earns_nothing);
            assert_eq!(checked(terms, true), []);
        }
        assert_eq!(check(Terms { spend: vec![], ..visit(1, 1, 0) }), []);
        assert_eq!(check(Terms { spend: vec![], ..bonus_from(1, Each::Sale, product(), 100) }), []);
    }

    #[rstest]
    #[case("S1", "chaussures", "s1", "sacs", true)]
    #[case("S1", "Chaussures d'été", "S2", "CHAUSSURES D'ETE", true)]
    #[case("S1", "chaussures", "S2", "sacs", false)]
    fn a_rule_for_money_or_a_bonus_that_names_excluded_goods_is_refused(
        #[case] sku: &str,
        #[case] category: &str,
        #[case] excluded_sku: &str,
        #[case] excluded_category: &str,
        #[case] overlap: bool,
    ) {
        let goods = |sku: &str, category: &str| Goods {
            skus: BTreeSet::from([sku.to_owned()]),
            categories: BTreeSet::from([category.to_owned()]),
        };
        let named = goods(sku, category);
        let excluded = goods(excluded_sku, excluded_category);
        let mut with_bonus = bonus_from(5, Each::Sale, named.clone(), 100);
        with_bonus.excluded = excluded.clone();
        let mut with_rule = Terms { excluded, ..terms() };
        with_rule
            .spend
            .push(SpendRule { goods: named, ..SpendRule::of_everything(5, Cents::new(100)) });
        for (terms, pointer) in [(with_bonus, "/bonuses/0/goods"), (with_rule, "/spend/1/goods")] {
            let expected = if overlap {
                refused(pointer, ProgrammeError::EarnsWhatIsExcluded)
            } else {
                vec![]
            };
            assert_eq!(check(terms), expected);
        }
    }

    #[rstest]
    #[case(27, 1, true)]
    #[case(28, 1, false)]
    #[case(55, 2, true)]
    #[case(90, 3, false)]
    #[case(90, 4, true)]
    fn points_that_expire_while_they_wait_are_refused(
        #[case] pending_days: u8,
        #[case] months: u8,
        #[case] accepted: bool,
    ) {
        for expiry in [Expiry::AfterEarning { months }, Expiry::AfterInactivity { months }] {
            let expected = refused("/expiry/months", ProgrammeError::ExpiresWhilePending);
            let expected = if accepted { vec![] } else { expected };
            assert_eq!(check(Terms { pending_days, expiry, ..terms() }), expected);
        }
    }

    #[test]
    fn a_rule_that_ends_before_the_programme_begins_is_refused() {
        let until = |day| Condition { until: Day::parse(day).ok(), ..Condition::default() };
        assert_eq!(check(multiplied(until("2026-11-25"))), []);
        assert_eq!(
            check(multiplied(until("2026-11-24"))),
            refused("/multipliers/0/when/until", ProgrammeError::EndsBeforeTheProgramme)
        );
    }

    #[test]
    fn amounts_of_rules_for_money_without_a_usable_common_multiple_are_refused() {
        let of = |pers: &[i64]| {
            let rule = |per| SpendRule::of_everything(1, Cents::new(per));
            Terms { spend: pers.iter().copied().map(rule).collect(), ..Terms::default() }
        };
        assert_eq!(check(of(&[100, 1_000, 2_500, 99_991, 99_989])), []);
        assert_eq!(
            check(of(&[99_991, 99_989, 99_971, 99_961])),
            refused("/spend", ProgrammeError::AmountsWithoutMultiple)
        );
    }

    #[test]
    fn a_level_or_an_establishment_that_does_not_exist_is_refused_with_its_field() {
        let levels = vec![level("silver", 100), level("gold", 100)];
        assert_eq!(
            check(Terms { levels, ..terms() }),
            [("/levels/1/from_points".to_owned(), ProgrammeError::LevelTwice.into())]
        );
        let unknown = BTreeSet::from([LevelCode::parse("gold").unwrap()]);
        assert_eq!(
            check(multiplied(Condition { levels: unknown, ..Condition::default() })),
            [("/multipliers/0/when/levels".to_owned(), ProgrammeError::LevelUnknown.into())]
        );
        let elsewhere = BTreeSet::from([EstablishmentId::parse("lyon").unwrap()]);
        assert_eq!(
            check(multiplied(Condition { establishments: elsewhere, ..Condition::default() })),
            [(
                "/multipliers/0/when/establishments".to_owned(),
                ProgrammeError::EstablishmentUnknown.into()
            )]
        );
    }

    #[test]
    fn an_empty_name_or_one_with_health_data_is_refused_with_its_field() {
        let named = |name: &str| {
            let mut terms = Terms { levels: vec![level("gold", 100)], ..terms() };
            terms.spend[0].name = Some("Un point par euro".to_owned());
            terms.levels[0].name = name.to_owned();
            check(terms)
        };
        let refused = |invalid: DomainError| vec![("/levels/0/name".to_owned(), invalid)];
        assert_eq!(named("Or"), []);
        assert_eq!(named(" "), refused(ValueError::Empty.into()));
        assert_eq!(named("O\u{7}r"), refused(ValueError::ControlCharacters.into()));
        let limit = NAME_LENGTH;
        assert_eq!(
            named(&format!("Or{}", " ".repeat(limit))),
            refused(ValueError::TooLong { limit }.into())
        );
        assert_eq!(named("Clients diabétiques"), refused(ValueError::SensitiveText.into()));
    }

    #[test]
    fn a_rule_of_an_optician_names_no_product_and_only_the_four_families() {
        let mut terms = terms();
        terms.spend[0].goods = Goods {
            skus: BTreeSet::from(["VERRE-PROG".to_owned()]),
            categories: BTreeSet::from(["Contactologie".to_owned()]),
        };
        let establishments = BTreeSet::new();
        let context = SavingContext {
            sector: Sector::Optical,
            establishments: &establishments,
            first_day: Day::FIRST,
            ends_earning: false,
        };
        let invalid = Programme::check(terms.clone(), context).unwrap_err();
        let pointers: Vec<_> = invalid.iter().map(|field| &*field.pointer).collect();
        assert_eq!(pointers, ["/spend/0/goods/skus", "/spend/0/goods/categories"]);
        terms.spend[0].goods =
            Goods { categories: BTreeSet::from(["Solaire".to_owned()]), ..Goods::default() };
        assert!(Programme::check(terms, context).is_ok());
    }
}
