//! The checks of a programme when it is saved: no rule gives without limit, contradicts another, or ends
//! before it begins.

use super::condition::Condition;
use super::expiry::Expiry;
use super::goods::Goods;
use super::level::LevelCode;
use super::limits::{
    MOST_COUNT, MOST_EXPIRY_MONTHS, MOST_GOODS, MOST_HUNDREDTHS, MOST_LEVELS, MOST_PENDING_DAYS,
    MOST_POINTS, MOST_RULES, MOST_VISITS_A_DAY, NAME_LENGTH,
};
use super::rules::Each;
use super::terms::{Terms, Unit};
use crate::purchase::optician;
use crate::values::sensitive;
use crate::{
    Cents, DomainError, EstablishmentId, InvalidField, ProgrammeError, Sector, ValueError,
};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

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
pub(super) fn invalid_fields(
    terms: &Terms,
    sector: Sector,
    establishments: &BTreeSet<EstablishmentId>,
) -> Vec<InvalidField> {
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
        condition(when, &pointer, terms, establishments, &mut invalid);
    }
    given_without_spending(terms, &mut invalid);
    given_back(terms, &mut invalid);
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
        let both = rule.goods.skus.intersection(&terms.excluded.skus).next().is_some()
            || rule.goods.categories.intersection(&terms.excluded.categories).next().is_some();
        invalid.check(!both, format!("{pointer}/goods"), ProgrammeError::EarnsWhatIsExcluded);
    }
}

fn visits(terms: &Terms, invalid: &mut Invalid) {
    for (index, rule) in terms.visits.iter().enumerate() {
        let pointer = format!("/visits/{index}");
        invalid.name(rule.name.as_ref(), &pointer);
        invalid.points(rule.points, &pointer);
        let most = (1..=MOST_VISITS_A_DAY).contains(&rule.most_a_day);
        invalid.check(most, format!("{pointer}/most_a_day"), ProgrammeError::VisitsADay);
    }
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
}

fn condition(
    when: &Condition,
    pointer: &str,
    terms: &Terms,
    establishments: &BTreeSet<EstablishmentId>,
    invalid: &mut Invalid,
) {
    let ends = when.until.is_none_or(|until| when.from.is_none_or(|from| from <= until));
    invalid.check(ends, format!("{pointer}/until"), ProgrammeError::EndsBeforeItBegins);
    let hours =
        when.hours.is_none_or(|hours| hours.from < hours.until && hours.until <= DAY_MINUTES);
    invalid.check(hours, format!("{pointer}/hours"), ProgrammeError::HoursEmpty);
    let known = when.establishments.is_subset(establishments);
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

/// A bonus for any sale, however small, could be earned without limit unless the day is capped.
fn given_without_spending(terms: &Terms, invalid: &mut Invalid) {
    if terms.daily_cap.is_some() || terms.minimum_spend > Cents::ZERO {
        return;
    }
    let free = |when: &Condition| when.minimum_spend <= Cents::ZERO;
    for (index, bonus) in terms.bonuses.iter().enumerate() {
        let limited = bonus.each != Each::Sale || !bonus.goods.is_empty() || !free(&bonus.when);
        let pointer = format!("/bonuses/{index}/when/minimum_spend_cents");
        invalid.check(limited, pointer, ProgrammeError::GivesWithoutLimit);
    }
}

/// Money given back must be less than the money spent, with the greatest multiplier.
fn given_back(terms: &Terms, invalid: &mut Invalid) {
    if terms.unit == Unit::Points {
        return;
    }
    let most = terms.multipliers.iter().map(|rule| rule.hundredths).max().unwrap_or(100).max(100);
    for (index, rule) in terms.spend.iter().enumerate() {
        let given = i64::from(rule.points) * i64::from(most);
        let less = given < rule.per.get().saturating_mul(100);
        invalid.check(
            less,
            format!("/spend/{index}/points"),
            ProgrammeError::GivesBackMoreThanSpent,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::programme::{
        Bonus, Hours, Level, LevelCode, Multiplier, Programme, SpendRule, VisitRule,
    };
    use crate::{Day, Points};

    fn terms() -> Terms {
        Terms { spend: vec![SpendRule::of_everything(1, Cents::new(100))], ..Terms::default() }
    }

    fn check(terms: Terms) -> Vec<(String, DomainError)> {
        let shops = BTreeSet::from([EstablishmentId::parse("paris").unwrap()]);
        match Programme::check(terms, Sector::Retail, &shops) {
            Ok(_) => vec![],
            Err(invalid) => {
                invalid.into_iter().map(|field| (field.pointer.into_owned(), field.error)).collect()
            }
        }
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

    #[test]
    fn a_rule_that_could_give_without_limit_is_refused_with_its_field() {
        assert_eq!(
            check(bonus(50, Each::Sale, Goods::default())),
            [(
                "/bonuses/0/when/minimum_spend_cents".to_owned(),
                ProgrammeError::GivesWithoutLimit.into()
            )]
        );
        let capped =
            Terms { daily_cap: Some(Points::new(100)), ..bonus(50, Each::Sale, Goods::default()) };
        assert_eq!(check(capped), []);
        assert_eq!(
            check(bonus(50, Each::Piece { most_a_sale: u32::MAX }, product())),
            [("/bonuses/0/most_a_sale".to_owned(), ProgrammeError::PiecesWithoutLimit.into())]
        );
        assert_eq!(
            check(bonus(50, Each::Piece { most_a_sale: 500 }, Goods::default())),
            [("/bonuses/0/goods".to_owned(), ProgrammeError::PiecesOfNothing.into())]
        );
    }

    #[test]
    fn money_given_back_stays_below_the_money_spent_with_any_multiplier() {
        let half = vec![SpendRule::of_everything(50, Cents::new(100))];
        let cagnotte = Terms { unit: Unit::Cents, spend: half.clone(), ..Terms::default() };
        assert_eq!(check(cagnotte), []);
        let doubled = Terms { unit: Unit::Cents, spend: half, ..multiplied(Condition::default()) };
        assert_eq!(
            check(doubled),
            [("/spend/0/points".to_owned(), ProgrammeError::GivesBackMoreThanSpent.into())]
        );
    }

    #[test]
    fn a_rule_that_contradicts_another_is_refused_with_its_field() {
        let excluded = product();
        let mut contradictory = Terms { excluded, ..terms() };
        contradictory
            .spend
            .push(SpendRule { goods: product(), ..SpendRule::of_everything(5, Cents::new(100)) });
        assert_eq!(
            check(contradictory),
            [("/spend/1/goods".to_owned(), ProgrammeError::EarnsWhatIsExcluded.into())]
        );
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
        let refused = |invalid| vec![("/levels/0/name".to_owned(), invalid)];
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
        let invalid =
            Programme::check(terms.clone(), Sector::Optical, &BTreeSet::new()).unwrap_err();
        let pointers: Vec<_> = invalid.iter().map(|field| &*field.pointer).collect();
        assert_eq!(pointers, ["/spend/0/goods/skus", "/spend/0/goods/categories"]);
        terms.spend[0].goods =
            Goods { categories: BTreeSet::from(["Solaire".to_owned()]), ..Goods::default() };
        assert!(Programme::check(terms, Sector::Optical, &BTreeSet::new()).is_ok());
    }
}
