//! The points of a sale and of a visit, step by step as the page lists them.

use jiff::civil::Date;
use num_rational::BigRational;

use super::programme::{Bonus, Condition, Goods, Programme, Rounding, SpendRule, Weekday};

/// The most points that one sale earns.
pub const LIMIT_OF_A_SALE: i64 = 1_000_000;

/// A line of a basket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// The article code.
    pub sku: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The quantity in thousandths.
    pub thousandths: i64,
    /// The price of one piece.
    pub unit_price_cents: i64,
    /// The discount on the whole line.
    pub discount_cents: i64,
}

/// A basket with the amount paid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Basket {
    /// The amount paid.
    pub total_cents: i64,
    /// The lines; empty if the till sends none.
    pub lines: Vec<Line>,
}

/// The time and place of a sale or a visit, as the conditions see them.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// The day in the time zone of the establishment.
    pub day: Date,
    /// The day in UTC.
    pub utc_day: Date,
    /// The local minute of the day.
    pub minute: i64,
    /// The code of the establishment.
    pub establishment: String,
}

/// The facts about a member that conditions name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Customer {
    /// The code of the member's level.
    pub level: Option<String>,
    /// The month of the member's birthday.
    pub birth_month: Option<i8>,
}

/// The points and the visits of a member that were counted on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DayCount {
    /// The points.
    pub points: i64,
    /// The visits.
    pub visits: i64,
}

/// The kind of rule that gave a part of the points.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[expect(missing_docs, reason = "the names are those of the API document")]
pub enum Source {
    Spend,
    Visit,
    Multiplier,
    Bonus,
    DailyCap,
}

impl Source {
    /// The name in the API document.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spend => "spend",
            Self::Visit => "visit",
            Self::Multiplier => "multiplier",
            Self::Bonus => "bonus",
            Self::DailyCap => "daily_cap",
        }
    }
}

/// A part of the points of a sale.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Part {
    /// The kind of rule.
    pub source: Source,
    /// The name of the rule.
    pub name: Option<String>,
    /// The points; below zero for the part that a cap takes away.
    pub points: i64,
}

/// The points of a sale or a visit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earned {
    /// The points.
    pub points: i64,
    /// The parts of the points, without parts of zero points.
    pub parts: Vec<Part>,
    /// Whether the limit of a sale took points away. The page names no part for these points.
    pub limited: bool,
}

/// The points of a sale. `counted` is the count of the day before the sale.
#[must_use]
pub fn earn_for_sale(
    programme: &Programme,
    basket: &Basket,
    moment: &Moment,
    customer: &Customer,
    counted: DayCount,
) -> Earned {
    // Step 1.
    if basket.total_cents < programme.minimum_spend_cents {
        return Earned::default();
    }
    // Step 2.
    if earns_nothing_by_exclusion(programme, basket) {
        return Earned::default();
    }
    let holds = |when: &Condition| holds(when, moment, customer, basket.total_cents);
    // Step 3.
    let mut parts = spend_parts(programme, basket, &holds);
    // Steps 4 and 5.
    parts.extend(visit_parts(programme, counted, &holds));
    parts.extend(multiplier_part(programme, total(&parts), &holds));
    // Step 6.
    for bonus in programme.bonuses.iter().filter(|bonus| holds(&bonus.when)) {
        parts.push(Part {
            source: Source::Bonus,
            name: bonus.name.clone(),
            points: bonus_points(programme, bonus, basket),
        });
    }
    // Steps 7 and 8.
    limit_and_cap(programme, parts, counted)
}

/// The points of a visit without a sale: steps 4, 5, 7 and 8 for a sale of 0.00 € without lines.
#[must_use]
pub fn earn_for_visit(
    programme: &Programme,
    moment: &Moment,
    customer: &Customer,
    counted: DayCount,
) -> Earned {
    if programme.minimum_spend_cents > 0 {
        return Earned::default();
    }
    let holds = |when: &Condition| holds(when, moment, customer, 0);
    let mut parts = visit_parts(programme, counted, &holds);
    parts.extend(multiplier_part(programme, total(&parts), &holds));
    limit_and_cap(programme, parts, counted)
}

/// The amount of a line in cents, exact, and never below zero.
#[must_use]
pub fn amount(line: &Line) -> BigRational {
    // To the cent, a half upwards: neither the quantity nor the price has a sign.
    let gross = (line.thousandths * line.unit_price_cents + 500) / 1000;
    whole((gross - line.discount_cents).max(0))
}

/// Whether a condition holds for a sale of `total_cents`.
#[must_use]
pub fn holds(when: &Condition, moment: &Moment, customer: &Customer, total_cents: i64) -> bool {
    let from = when.from.is_none_or(|from| moment.day >= from);
    let until = when.until.is_none_or(|until| moment.day <= until);
    let weekday = when.weekdays.is_empty() || when.weekdays.contains(&Weekday::of(moment.day));
    let hours = when.hours.as_ref().is_none_or(|hours| {
        (minute_of(&hours.from)..minute_of(&hours.until)).contains(&moment.minute)
    });
    let establishment =
        when.establishments.is_empty() || when.establishments.contains(&moment.establishment);
    let level = when.levels.is_empty()
        || customer.level.as_ref().is_some_and(|level| when.levels.contains(level));
    let birthday = !when.birthday_month || customer.birth_month == Some(moment.day.month());
    let minimum = total_cents >= when.minimum_spend_cents;
    from && until && weekday && hours && establishment && level && birthday && minimum
}

/// Whether a line is one of the goods that earn nothing.
#[must_use]
pub fn is_excluded(programme: &Programme, line: &Line) -> bool {
    names_sku(&programme.excluded, line)
        || names_category(&programme.excluded, line)
        || (programme.discounts_excluded && line.discount_cents > 0)
}

/// Rounds points that are not below zero.
#[must_use]
pub fn round(points: &BigRational, rounding: Rounding) -> i64 {
    match rounding {
        Rounding::Down => floor(points),
        Rounding::Nearest => floor(&(points + fraction(1, 2))),
        Rounding::Up => integer(&points.ceil()),
    }
}

/// A text without case and accents. Covers the letters of western European languages, also in decomposed form.
#[must_use]
pub fn fold(text: &str) -> String {
    const PLAIN: [(&str, char); 8] = [
        ("àáâãäå", 'a'),
        ("ç", 'c'),
        ("èéêë", 'e'),
        ("ìíîï", 'i'),
        ("ñ", 'n'),
        ("òóôõö", 'o'),
        ("ùúûü", 'u'),
        ("ýÿ", 'y'),
    ];
    text.to_lowercase()
        .chars()
        .filter(|letter| !('\u{300}'..='\u{36f}').contains(letter))
        .map(|letter| {
            PLAIN
                .iter()
                .find(|(accented, _)| accented.contains(letter))
                .map_or(letter, |(_, plain)| *plain)
        })
        .collect()
}

fn earns_nothing_by_exclusion(programme: &Programme, basket: &Basket) -> bool {
    !basket.lines.is_empty()
        && basket.lines.iter().all(|line| is_excluded(programme, line))
        && sum_of_lines(basket) >= whole(basket.total_cents)
}

fn sum_of_lines(basket: &Basket) -> BigRational {
    basket.lines.iter().map(amount).fold(whole(0), |sum, amount| sum + amount)
}

fn spend_parts(
    programme: &Programme,
    basket: &Basket,
    holds: &dyn Fn(&Condition) -> bool,
) -> Vec<Part> {
    let total = whole(basket.total_cents);
    let sum = sum_of_lines(basket);
    let share = if sum > total { &total / &sum } else { whole(1) };

    // The amount that each rule of the list has.
    let mut amounts = vec![whole(0); programme.spend.len()];
    for line in basket.lines.iter().filter(|line| !is_excluded(programme, line)) {
        if let Some(rule) = rule_of_line(&programme.spend, line, holds) {
            amounts[rule] += amount(line) * &share;
        }
    }
    if sum < total
        && let Some(rule) =
            best_rule(&programme.spend, |rule| rule.goods.is_empty() && holds(&rule.when))
    {
        amounts[rule] += total - sum;
    }

    let points: Vec<BigRational> = programme
        .spend
        .iter()
        .zip(amounts)
        .map(|(rule, amount)| amount * points_per_cent(rule))
        .collect();
    let exact = points.iter().fold(whole(0), |sum, points| sum + points);
    let mut shown: Vec<i64> = points.iter().map(floor).collect();
    let left = round(&exact, programme.rounding) - shown.iter().sum::<i64>();

    // The points that are left go to the largest fractions. The sort keeps the order of the list among equal ones.
    let mut by_fraction: Vec<usize> = (0..points.len()).collect();
    by_fraction.sort_by_key(|&rule| std::cmp::Reverse(points[rule].fract()));
    for rule in by_fraction.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        shown[rule] += 1;
    }
    programme
        .spend
        .iter()
        .zip(shown)
        .map(|(rule, points)| Part { source: Source::Spend, name: rule.name.clone(), points })
        .collect()
}

/// The rule that a line belongs to: the most specific, then the one with more points per euro, then the first.
fn rule_of_line(
    rules: &[SpendRule],
    line: &Line,
    holds: &dyn Fn(&Condition) -> bool,
) -> Option<usize> {
    best_rule(rules, |rule| holds(&rule.when) && names_sku(&rule.goods, line))
        .or_else(|| best_rule(rules, |rule| holds(&rule.when) && names_category(&rule.goods, line)))
        .or_else(|| best_rule(rules, |rule| holds(&rule.when) && rule.goods.is_empty()))
}

fn best_rule(rules: &[SpendRule], fits: impl Fn(&SpendRule) -> bool) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (index, rule) in rules.iter().enumerate().filter(|(_, rule)| fits(rule)) {
        if best.is_none_or(|best| points_per_cent(rule) > points_per_cent(&rules[best])) {
            best = Some(index);
        }
    }
    best
}

fn points_per_cent(rule: &SpendRule) -> BigRational {
    fraction(rule.points, rule.per_cents)
}

fn visit_parts(
    programme: &Programme,
    counted: DayCount,
    holds: &dyn Fn(&Condition) -> bool,
) -> Vec<Part> {
    programme
        .visits
        .iter()
        .filter(|rule| holds(&rule.when) && counted.visits < rule.most_a_day)
        .map(|rule| Part { source: Source::Visit, name: rule.name.clone(), points: rule.points })
        .collect()
}

fn multiplier_part(
    programme: &Programme,
    points: i64,
    holds: &dyn Fn(&Condition) -> bool,
) -> Option<Part> {
    let mut greatest = None;
    for multiplier in programme.multipliers.iter().filter(|multiplier| holds(&multiplier.when)) {
        if greatest.is_none_or(|(hundredths, _)| multiplier.hundredths > hundredths) {
            greatest = Some((multiplier.hundredths, multiplier));
        }
    }
    greatest.map(|(hundredths, multiplier)| Part {
        source: Source::Multiplier,
        name: multiplier.name.clone(),
        points: round(&fraction(points * (hundredths - 100), 100), programme.rounding),
    })
}

/// The points of a bonus whose condition holds.
fn bonus_points(programme: &Programme, bonus: &Bonus, basket: &Basket) -> i64 {
    if bonus.goods.is_empty() {
        return bonus.points;
    }
    // The amount here is that of the line itself, before the share of a discount on the whole receipt: the page defines
    // the share for the points for money only.
    let lines: Vec<&Line> = basket
        .lines
        .iter()
        .filter(|line| amount(line) > whole(0) && !is_excluded(programme, line))
        .filter(|line| names_sku(&bonus.goods, line) || names_category(&bonus.goods, line))
        .collect();
    match bonus.most_a_sale {
        Some(most) => {
            let pieces: i64 = lines.iter().map(|line| line.thousandths / 1000).sum();
            (pieces * bonus.points).min(most)
        }
        None if lines.is_empty() => 0,
        None => bonus.points,
    }
}

fn limit_and_cap(programme: &Programme, mut parts: Vec<Part>, counted: DayCount) -> Earned {
    let before_limit = total(&parts);
    let before_cap = before_limit.min(LIMIT_OF_A_SALE);
    let points = match programme.daily_cap {
        Some(cap) => before_cap.min((cap - counted.points).max(0)),
        None => before_cap,
    };
    parts.push(Part { source: Source::DailyCap, name: None, points: points - before_cap });
    parts.retain(|part| part.points != 0);
    Earned { points, parts, limited: before_limit > before_cap }
}

fn total(parts: &[Part]) -> i64 {
    parts.iter().map(|part| part.points).sum()
}

fn names_sku(goods: &Goods, line: &Line) -> bool {
    line.sku.as_ref().is_some_and(|sku| {
        goods.skus.iter().any(|named| named.to_lowercase() == sku.to_lowercase())
    })
}

fn names_category(goods: &Goods, line: &Line) -> bool {
    line.category
        .as_ref()
        .is_some_and(|category| goods.categories.iter().any(|named| fold(named) == fold(category)))
}

fn minute_of(time: &str) -> i64 {
    let (hour, minute) = time.split_once(':').unwrap_or((time, "0"));
    hour.parse::<i64>().unwrap_or(0) * 60 + minute.parse::<i64>().unwrap_or(0)
}

fn whole(number: i64) -> BigRational {
    BigRational::from_integer(number.into())
}

/// An exact fraction.
#[must_use]
pub fn fraction(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

/// The whole number below a fraction.
#[must_use]
pub fn floor(points: &BigRational) -> i64 {
    integer(&points.floor())
}

/// A whole number. A number beyond `i64` is far beyond the limit of a sale.
fn integer(points: &BigRational) -> i64 {
    i64::try_from(points.to_integer()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
