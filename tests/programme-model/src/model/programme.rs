//! A programme as data, with the field names of the API document.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The unit of balances.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Points.
    #[default]
    Points,
    /// Euro cents (*cagnotte*).
    Cents,
}

/// The rounding of a fraction of a point.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the whole number below.
    #[default]
    Down,
    /// To the nearest whole number; a half goes up.
    Nearest,
    /// To the whole number above.
    Up,
}

/// The lowest balance that a return may lead to.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnPolicy {
    /// Points that were spent are owed.
    #[default]
    Negative,
    /// Points that were spent are forgiven.
    DownToZero,
}

/// The event after which points expire.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpiresAfter {
    /// The day on which the points could first be spent.
    Earning,
    /// The member's last activity.
    Inactivity,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say all")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All days of the week, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The day of the week of a date.
    #[must_use]
    pub fn of(day: Date) -> Self {
        match day.weekday() {
            jiff::civil::Weekday::Monday => Self::Monday,
            jiff::civil::Weekday::Tuesday => Self::Tuesday,
            jiff::civil::Weekday::Wednesday => Self::Wednesday,
            jiff::civil::Weekday::Thursday => Self::Thursday,
            jiff::civil::Weekday::Friday => Self::Friday,
            jiff::civil::Weekday::Saturday => Self::Saturday,
            jiff::civil::Weekday::Sunday => Self::Sunday,
        }
    }
}

/// Goods, by their article codes or their categories. Empty for all goods.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Goods {
    /// Article codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<String>,
    /// Categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

impl Goods {
    /// Whether no goods are named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.skus.is_empty() && self.categories.is_empty()
    }
}

/// A part of the day.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Hours {
    /// The first minute, as `17:00`.
    pub from: String,
    /// The first minute after the part, as `24:00`.
    pub until: String,
}

/// The conditions of a rule. An absent part always holds.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Condition {
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The days of the week; empty for every day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Weekday>,
    /// The part of the day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// The codes of the establishments; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub establishments: Vec<String>,
    /// The codes of the levels; empty for all members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<String>,
    /// Whether the rule holds only in the month of the birthday.
    #[serde(skip_serializing_if = "is_false")]
    pub birthday_month: bool,
    /// The least total of a sale.
    #[serde(skip_serializing_if = "is_zero")]
    pub minimum_spend_cents: i64,
}

impl Condition {
    /// Whether the condition always holds.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A rule that gives points for money.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SpendRule {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points for each `per_cents`.
    pub points: i64,
    /// The amount that gives `points`.
    pub per_cents: i64,
    /// The goods of the rule.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub goods: Goods,
    /// The condition of the rule.
    #[serde(default, skip_serializing_if = "Condition::is_empty")]
    pub when: Condition,
}

/// A rule that gives points for a visit.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct VisitRule {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points for a visit.
    pub points: i64,
    /// The visits of one day that count.
    #[serde(default = "one")]
    pub most_a_day: i64,
    /// The condition of the rule.
    #[serde(default, skip_serializing_if = "Condition::is_empty")]
    pub when: Condition,
}

/// A multiplier of the points for money and visits.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Multiplier {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The factor in hundredths.
    pub hundredths: i64,
    /// The condition of the rule.
    #[serde(default, skip_serializing_if = "Condition::is_empty")]
    pub when: Condition,
}

/// A rule that adds points after the multiplier.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Bonus {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The points for a sale, or for each whole piece.
    pub points: i64,
    /// The most points of one sale, for a bonus per piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_a_sale: Option<i64>,
    /// The goods of the rule.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub goods: Goods,
    /// The condition of the rule.
    #[serde(default, skip_serializing_if = "Condition::is_empty")]
    pub when: Condition,
}

/// Points that are given without a sale. The birthday's gift needs the daily run, which the model leaves out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Gifts {
    /// The points for becoming a member.
    pub welcome: i64,
    /// The points for the activation of the card.
    pub activation: i64,
}

impl Gifts {
    /// Whether nothing is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The expiry of points that are not spent.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Expiry {
    /// The event after which points expire.
    pub after: ExpiresAfter,
    /// The number of months.
    pub months: i64,
}

/// A level (*palier*).
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Level {
    /// The code.
    pub code: String,
    /// The name that members read.
    pub name: String,
    /// The points of the year from which a member has the level.
    pub from_points: i64,
}

/// A programme. An absent rule gives nothing.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct Programme {
    /// The unit of balances.
    pub unit: Unit,
    /// The rounding of a fraction of a point.
    pub rounding: Rounding,
    /// The rules that give points for money.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spend: Vec<SpendRule>,
    /// The rules that give points for visits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub visits: Vec<VisitRule>,
    /// The multipliers of the points for money and visits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub multipliers: Vec<Multiplier>,
    /// The rules that add points after the multiplier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bonuses: Vec<Bonus>,
    /// Points that are given without a sale.
    #[serde(skip_serializing_if = "Gifts::is_empty")]
    pub gifts: Gifts,
    /// The most points of one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_cap: Option<i64>,
    /// The total below which a sale earns nothing.
    #[serde(skip_serializing_if = "is_zero")]
    pub minimum_spend_cents: i64,
    /// The goods that earn nothing.
    #[serde(skip_serializing_if = "Goods::is_empty")]
    pub excluded: Goods,
    /// Whether a line sold at a discount earns nothing.
    #[serde(skip_serializing_if = "is_false")]
    pub discounts_excluded: bool,
    /// The days after a sale in which its points cannot be spent.
    #[serde(skip_serializing_if = "is_zero")]
    pub pending_days: i64,
    /// The expiry of points that are not spent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
    /// The policy of returns.
    pub returns: ReturnPolicy,
    /// The levels of members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
}

fn one() -> i64 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
