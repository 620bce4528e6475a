//! The terms of a programme, in requests and in answers.

use crate::schema::{
    Amount, CredentialText, Date, EstablishmentCode, LevelCode, RuleName, Text40, TimeOfDay,
};
use domain::{Credential, Day};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The unit of balances.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProgrammeUnit)]
pub(crate) enum Unit {
    /// Points.
    #[default]
    Points,
    /// Cents of euro that the merchant gives back (*cagnotte*).
    Cents,
}

/// The rounding of a fraction of a point.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rounding {
    /// Down to the whole point.
    #[default]
    Down,
    /// To the nearest whole point; a half counts as one.
    Nearest,
    /// Up to the whole point.
    Up,
}

/// The lowest balance that a return may lead to.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnPolicy {
    /// Below zero: the member owes points that were spent already, and the next points pay the debt.
    #[default]
    Negative,
    /// Zero: the member keeps what was bought with points that were spent already.
    DownToZero,
}

/// A day of the week.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

pub(super) const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// A part of the day, in the time zone of the establishment. `until` must be later than `from`.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hours {
    /// The first minute of the part.
    #[schema(value_type = TimeOfDay)]
    pub(super) from: String,
    /// The first minute after the part.
    #[schema(value_type = TimeOfDay)]
    pub(super) until: String,
}

/// The conditions of a rule. An absent condition always holds.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Condition {
    /// The first day of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    pub(super) from: Option<String>,
    /// The last day of the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    pub(super) until: Option<String>,
    /// The days of the week on which the rule holds; empty for every day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) weekdays: Vec<Weekday>,
    /// The hours at which the rule holds. A row of a file without a time counts as noon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hours: Option<Hours>,
    /// The codes of the establishments where the rule holds; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<EstablishmentCode>)]
    pub(super) establishments: Vec<String>,
    /// Whether the rule holds only in the month of the member's birthday.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) birthday_month: bool,
    /// The codes of the levels whose members the rule is for; empty for all members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<LevelCode>)]
    pub(super) levels: Vec<String>,
    /// The least total of a sale.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(value_type = Amount)]
    pub(super) minimum_spend_cents: i64,
}

/// Goods, by their codes or their categories. Case does not count, nor do the accents of categories.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Goods {
    /// The merchant's codes of articles. An optician's rule has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50, value_type = Vec<Text40>)]
    pub(super) skus: Vec<String>,
    /// The merchant's categories of articles. An optician's rule names `optique`, `solaire`, `accessoire`
    /// or `autre`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50, value_type = Vec<Text40>)]
    pub(super) categories: Vec<String>,
}

impl Goods {
    const fn is_empty(&self) -> bool {
        self.skus.is_empty() && self.categories.is_empty()
    }
}

/// A rule that gives points for money. A line of the basket earns by the most specific rule (one for its
/// code, then one for its category, then one for all goods); of equally specific rules, by the one with more
/// points per euro, then by the first in the list.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpendRule {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RuleName>)]
    pub(super) name: Option<String>,
    /// The points for each `per_cents`.
    #[schema(maximum = 10_000, examples(1))]
    pub(super) points: u32,
    /// The amount in euro cents that gives `points`.
    #[schema(minimum = 1, maximum = 100_000, examples(100))]
    pub(super) per_cents: i64,
    /// The goods that the rule is for; absent for all goods. None of them may be excluded.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub(super) goods: Goods,
    #[serde(default)]
    pub(super) when: Condition,
}

/// A rule that gives points for a visit (a stamp card). In a programme of cents it needs a `minimum_spend_cents`, of
/// the rule or of the programme.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitRule {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RuleName>)]
    pub(super) name: Option<String>,
    /// The points for a visit.
    #[schema(minimum = 1, maximum = 10_000, examples(1))]
    pub(super) points: u32,
    /// The visits of one day that count. Sales and visits that gave points count together.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 24, default = 1)]
    pub(super) most_a_day: u8,
    #[serde(default)]
    pub(super) when: Condition,
}

/// A multiplier of the points for spending and visits. Of the multipliers that hold, only the greatest
/// counts.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Multiplier {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RuleName>)]
    pub(super) name: Option<String>,
    /// The factor in hundredths: 200 doubles the points.
    #[schema(minimum = 101, maximum = 1_000, examples(200))]
    pub(super) hundredths: u32,
    #[serde(default)]
    pub(super) when: Condition,
}

/// A rule that adds points after the multiplier. A bonus needs a `minimum_spend_cents`, of the rule or of the
/// programme, or in a programme of points the `daily_cap`. A bonus for goods needs a line with an amount above zero.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bonus {
    /// The name that the till shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RuleName>)]
    pub(super) name: Option<String>,
    /// The points for a sale, or for each whole piece where `most_a_sale` is given.
    #[schema(minimum = 1, maximum = 10_000, examples(50))]
    pub(super) points: u32,
    /// The most points of one sale. With this field the rule gives points for each piece of its goods,
    /// which must be named. At least `points`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000)]
    pub(super) most_a_sale: Option<u32>,
    /// The goods that the rule is for; absent for all goods. None of them may be excluded.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    pub(super) goods: Goods,
    #[serde(default)]
    pub(super) when: Condition,
}

/// Points that are given without a sale.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Gifts {
    /// The points for becoming a member.
    #[schema(maximum = 10_000)]
    pub(super) welcome: u32,
    /// The points for completing the registration.
    #[schema(maximum = 10_000)]
    pub(super) activation: u32,
    /// The points for the birthday, once a year.
    #[schema(maximum = 10_000)]
    pub(super) birthday: u32,
}

/// The event after which points expire.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpiresAfter {
    /// Points expire so many months after they became active, at the end of that month.
    Earning,
    /// All points expire after so many months without an activity of the member.
    Inactivity,
}

/// The expiry of points that are not spent.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expiry {
    pub(super) after: ExpiresAfter,
    /// The number of months.
    #[schema(minimum = 1, maximum = 60, examples(12))]
    pub(super) months: u8,
}

/// A level (*palier*). A member reaches it by the points earned over the last twelve calendar months. Two
/// levels have neither the same code nor the same threshold.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    #[schema(value_type = LevelCode)]
    pub(super) code: String,
    /// The name that members read.
    #[schema(value_type = RuleName)]
    pub(super) name: String,
    /// The points from which a member has the level.
    #[schema(minimum = 1, maximum = 10_000_000, examples(1000))]
    pub(super) from_points: i64,
}

/// A programme. An absent rule gives nothing, and an absent condition always holds. The smallest sale that meets a
/// minimum earns at most 1,000 points per euro, or in a programme of cents less than its total.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Programme)]
pub(crate) struct Terms {
    pub(super) unit: Unit,
    pub(super) rounding: Rounding,
    /// The rules that give points for money. Their `per_cents` have a common multiple of at most 10^15.
    #[schema(max_items = 20)]
    pub(super) spend: Vec<SpendRule>,
    /// The rules that give points for visits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub(super) visits: Vec<VisitRule>,
    /// The multipliers of the points for spending and visits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub(super) multipliers: Vec<Multiplier>,
    /// The rules that add points after the multiplier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub(super) bonuses: Vec<Bonus>,
    pub(super) gifts: Gifts,
    /// The goods that earn nothing.
    #[serde(skip_serializing_if = "Goods::is_empty")]
    pub(super) excluded: Goods,
    /// Whether a line sold at a discount earns nothing.
    pub(super) discounts_excluded: bool,
    /// The total below which a sale earns nothing.
    #[schema(value_type = Amount)]
    pub(super) minimum_spend_cents: i64,
    /// The most points that a member earns by the sales and visits of one day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000_000)]
    pub(super) daily_cap: Option<i64>,
    pub(super) returns: ReturnPolicy,
    /// The days after a sale in which its points cannot be spent: the time for returns. Shorter than the expiry, with
    /// 28 days a month.
    #[schema(maximum = 90)]
    pub(super) pending_days: u8,
    /// The expiry of points that are not spent. Absent where points never expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expiry: Option<Expiry>,
    /// The levels of members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub(super) levels: Vec<Level>,
    /// Whether the merchant wants a programme that gives no points for money, for visits or as a bonus. Without
    /// it such a programme is refused. An answer has it only for such a programme.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) ends_earning: bool,
}

/// A programme with its first day. A request may leave out the first day and the credential: the first day is that of
/// the path, and the credential is ignored.
#[derive(Serialize, ToSchema)]
#[schema(as = DatedProgramme)]
pub(crate) struct DatedTerms {
    /// The first day of the programme. It holds until the next programme begins.
    #[schema(value_type = Date, read_only)]
    pub(super) valid_from: Day,
    /// The credential that set the programme.
    #[schema(value_type = CredentialText, read_only)]
    pub(super) changed_by: Credential,
    #[serde(flatten)]
    pub(super) terms: Terms,
}

const fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}
