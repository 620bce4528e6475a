//! A programme's terms as they are sent and shown.

use domain::programme::{self, LevelCode, Weekdays};
use domain::{Cents, Day, DomainError, EstablishmentId, Points, Programme, ProgrammeError, Sector};
use http_edge::Fields;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// What balances count.
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

/// What becomes of a fraction of a point.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rounding {
    /// Only whole points already reached.
    #[default]
    Down,
    /// The nearest whole point, a half counting as one.
    Nearest,
    /// Every fraction begun is a point.
    Up,
}

/// How far goods that come back may take a balance.
#[derive(Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ReturnPolicy {
    /// Below zero: what was spent already is owed, and the next earned pay it.
    #[default]
    Negative,
    /// To zero: what was spent already is forgiven.
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

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// A part of the day in the establishment's zone.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hours {
    /// The first minute.
    #[schema(examples("17:00"))]
    from: String,
    /// The first minute after it; `24:00` is midnight.
    #[schema(examples("19:00"))]
    until: String,
}

/// When a rule holds. What is absent asks for nothing.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Condition {
    /// The first day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, examples("2026-12-01"))]
    from: Option<String>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date, examples("2026-12-24"))]
    until: Option<String>,
    /// On these days of the week; empty is every day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    weekdays: Vec<Weekday>,
    /// At these hours. A row of a file that tells no time counts as noon.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
    /// In these establishments; empty is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    establishments: Vec<String>,
    /// Only in the month of the member's birthday.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    birthday_month: bool,
    /// Only for members of one of these levels; empty is all members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    levels: Vec<String>,
    /// Only for sales of so much.
    #[serde(skip_serializing_if = "is_zero")]
    #[schema(minimum = 0)]
    minimum_spend_cents: i64,
}

/// Goods, by the merchant's code or by category, in whatever case.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Goods {
    /// At most 50.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    skus: Vec<String>,
    /// At most 50.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    categories: Vec<String>,
}

impl Goods {
    const fn is_empty(&self) -> bool {
        self.skus.is_empty() && self.categories.is_empty()
    }
}

/// Points for money. A line of the basket earns by the rule that means it most particularly (its
/// code, then its category, then all goods), and of equals by the one that gives most.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SpendRule {
    /// What the till shows it as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    name: Option<String>,
    /// The points of each `per_cents`.
    #[schema(maximum = 10_000, examples(1))]
    points: u32,
    /// The amount that gives `points`, in euro cents.
    #[schema(minimum = 1, maximum = 100_000, examples(100))]
    per_cents: i64,
    /// For these goods; absent is all.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    goods: Goods,
    #[serde(default)]
    when: Condition,
}

/// Points for coming (a stamp card).
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VisitRule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    name: Option<String>,
    /// The points of a visit.
    #[schema(minimum = 1, maximum = 10_000, examples(1))]
    points: u32,
    /// How many visits of one day count.
    #[serde(default = "one")]
    #[schema(minimum = 1, maximum = 24, default = 1)]
    most_a_day: u8,
    #[serde(default)]
    when: Condition,
}

/// More of what spending and coming earned. Of the multipliers that hold, the greatest counts alone.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Multiplier {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    name: Option<String>,
    /// In hundredths: twice the points is 200.
    #[schema(minimum = 101, maximum = 1_000, examples(200))]
    hundredths: u32,
    #[serde(default)]
    when: Condition,
}

/// Points added after the multiplier.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bonus {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40)]
    name: Option<String>,
    /// Once a sale, or for each whole piece where `most_a_sale` is given.
    #[schema(minimum = 1, maximum = 10_000, examples(50))]
    points: u32,
    /// Makes it a bonus for each piece of the goods named, and is the most of one sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10_000)]
    most_a_sale: Option<u32>,
    /// For these goods; absent is all.
    #[serde(default, skip_serializing_if = "Goods::is_empty")]
    goods: Goods,
    #[serde(default)]
    when: Condition,
}

/// What is given without a sale.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Gifts {
    /// On becoming a member.
    #[schema(maximum = 10_000)]
    welcome: u32,
    /// On completing the registration.
    #[schema(maximum = 10_000)]
    activation: u32,
    /// On the birthday, once a year.
    #[schema(maximum = 10_000)]
    birthday: u32,
}

/// What ends points that are not spent.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExpiresAfter {
    /// So many months after they became active, at the end of that month.
    Earning,
    /// All of them, once the member has done nothing for so many months.
    Inactivity,
}

/// When what is not spent ends.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expiry {
    after: ExpiresAfter,
    #[schema(minimum = 1, maximum = 60, examples(12))]
    months: u8,
}

/// A level (*palier*), reached by the points earned over the last twelve calendar months.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    /// 1 to 20 lower-case letters, digits or hyphens.
    #[schema(examples("gold"))]
    code: String,
    /// What members read.
    #[schema(max_length = 40, examples("Or"))]
    name: String,
    #[schema(minimum = 1, examples(1000))]
    from_points: i64,
}

/// A programme. Everything absent gives nothing and asks for nothing.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Programme)]
pub(crate) struct Terms {
    unit: Unit,
    rounding: Rounding,
    #[schema(max_items = 20)]
    spend: Vec<SpendRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    visits: Vec<VisitRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    multipliers: Vec<Multiplier>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    bonuses: Vec<Bonus>,
    gifts: Gifts,
    /// Goods that earn nothing.
    #[serde(skip_serializing_if = "Goods::is_empty")]
    excluded: Goods,
    /// Whether a line sold at a discount earns nothing.
    discounts_excluded: bool,
    /// A sale of less earns nothing.
    #[schema(minimum = 0)]
    minimum_spend_cents: i64,
    /// The most that the sales of one day earn a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    daily_cap: Option<i64>,
    returns: ReturnPolicy,
    /// How many days what a sale earned waits before it can be spent: the time for returns.
    #[schema(maximum = 90)]
    pending_days: u8,
    /// Absent: what is not spent never ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry: Option<Expiry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    levels: Vec<Level>,
}

const fn one() -> u8 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
const fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Hours {
    fn read(&self) -> Result<programme::Hours, DomainError> {
        Ok(programme::Hours { from: minute(&self.from)?, until: minute(&self.until)? })
    }

    fn of(hours: programme::Hours) -> Self {
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        Self { from: text(hours.from), until: text(hours.until) }
    }
}

fn minute(text: &str) -> Result<u16, DomainError> {
    let part = |part: &str| match part.as_bytes() {
        [a, b] if a.is_ascii_digit() && b.is_ascii_digit() => part.parse::<u16>().ok(),
        _ => None,
    };
    let (hour, minute) = text.split_once(':').ok_or(ProgrammeError::HoursEmpty)?;
    match (part(hour), part(minute)) {
        (Some(24), Some(0)) => Ok(24 * 60),
        (Some(hour @ 0..24), Some(minute @ 0..60)) => Ok(hour * 60 + minute),
        _ => Err(ProgrammeError::HoursEmpty.into()),
    }
}

impl Condition {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Condition> {
        let at = |name: &str| format!("{pointer}/{name}");
        let from = fields.check_given(&at("from"), self.from.as_deref(), Day::parse);
        let until = fields.check_given(&at("until"), self.until.as_deref(), Day::parse);
        let hours = self.hours.as_ref().map(Hours::read).transpose();
        let hours = fields.check(&at("hours"), hours);
        let establishments = self.establishments.iter().map(|code| EstablishmentId::parse(code));
        let establishments: Result<BTreeSet<_>, _> = establishments.collect();
        let establishments = fields.check(&at("establishments"), establishments);
        let levels = self.levels.iter().map(|code| LevelCode::parse(code));
        let levels = fields.check(&at("levels"), levels.collect::<Result<BTreeSet<_>, _>>());
        let bits = self.weekdays.iter().map(|day| 1_u8 << (*day as u8));
        Some(programme::Condition {
            from: from?,
            until: until?,
            weekdays: Weekdays::from_bits(bits.fold(0, std::ops::BitOr::bitor)),
            hours: hours?,
            establishments: establishments?,
            birthday_month: self.birthday_month,
            levels: levels?,
            minimum_spend: Cents::new(self.minimum_spend_cents),
        })
    }

    fn of(when: &programme::Condition) -> Self {
        let chosen = |day: &Weekday| when.weekdays.bits() & (1 << (*day as u8)) != 0;
        Self {
            from: when.from.map(|day| day.to_string()),
            until: when.until.map(|day| day.to_string()),
            weekdays: if when.weekdays == Weekdays::ALL {
                vec![]
            } else {
                WEEK.into_iter().filter(chosen).collect()
            },
            hours: when.hours.map(Hours::of),
            establishments: when.establishments.iter().map(ToString::to_string).collect(),
            birthday_month: when.birthday_month,
            levels: when.levels.iter().map(|code| code.as_str().to_owned()).collect(),
            minimum_spend_cents: when.minimum_spend.get(),
        }
    }
}

impl Goods {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Goods> {
        let mut read = |name: &str, texts: &[String], limit| {
            let read = texts
                .iter()
                .map(|text| domain::values::text::bounded(text, limit).map(str::to_owned));
            let read: Result<BTreeSet<String>, _> = read.collect();
            fields.check(&format!("{pointer}/{name}"), read)
        };
        let skus = read("skus", &self.skus, domain::purchase::SKU_LENGTH);
        let categories = read("categories", &self.categories, domain::purchase::CATEGORY_LENGTH);
        Some(programme::Goods { skus: skus?, categories: categories? })
    }

    fn of(goods: &programme::Goods) -> Self {
        Self {
            skus: goods.skus.iter().cloned().collect(),
            categories: goods.categories.iter().cloned().collect(),
        }
    }
}

impl SpendRule {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::SpendRule> {
        let goods = self.goods.read(fields, &format!("{pointer}/goods"));
        let when = self.when.read(fields, &format!("{pointer}/when"));
        let (points, per) = (self.points, Cents::new(self.per_cents));
        let name = self.name.clone();
        Some(programme::SpendRule { name, points, per, goods: goods?, when: when? })
    }

    fn of(rule: &programme::SpendRule) -> Self {
        Self {
            name: rule.name.clone(),
            points: rule.points,
            per_cents: rule.per.get(),
            goods: Goods::of(&rule.goods),
            when: Condition::of(&rule.when),
        }
    }
}

impl VisitRule {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::VisitRule> {
        let when = self.when.read(fields, &format!("{pointer}/when"))?;
        let Self { ref name, points, most_a_day, .. } = *self;
        Some(programme::VisitRule { name: name.clone(), points, most_a_day, when })
    }

    fn of(rule: &programme::VisitRule) -> Self {
        let when = Condition::of(&rule.when);
        let programme::VisitRule { ref name, points, most_a_day, .. } = *rule;
        Self { name: name.clone(), points, most_a_day, when }
    }
}

impl Multiplier {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Multiplier> {
        let when = self.when.read(fields, &format!("{pointer}/when"))?;
        let (name, hundredths) = (self.name.clone(), self.hundredths);
        Some(programme::Multiplier { name, hundredths, when })
    }

    fn of(rule: &programme::Multiplier) -> Self {
        let when = Condition::of(&rule.when);
        Self { name: rule.name.clone(), hundredths: rule.hundredths, when }
    }
}

impl Bonus {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Bonus> {
        let goods = self.goods.read(fields, &format!("{pointer}/goods"));
        let when = self.when.read(fields, &format!("{pointer}/when"));
        let piece = |most_a_sale| programme::Each::Piece { most_a_sale };
        Some(programme::Bonus {
            name: self.name.clone(),
            points: self.points,
            each: self.most_a_sale.map_or(programme::Each::Sale, piece),
            goods: goods?,
            when: when?,
        })
    }

    fn of(rule: &programme::Bonus) -> Self {
        Self {
            name: rule.name.clone(),
            points: rule.points,
            most_a_sale: match rule.each {
                programme::Each::Sale => None,
                programme::Each::Piece { most_a_sale } => Some(most_a_sale),
            },
            goods: Goods::of(&rule.goods),
            when: Condition::of(&rule.when),
        }
    }
}

impl Expiry {
    const fn read(self) -> programme::Expiry {
        let months = self.months;
        match self.after {
            ExpiresAfter::Earning => programme::Expiry::AfterEarning { months },
            ExpiresAfter::Inactivity => programme::Expiry::AfterInactivity { months },
        }
    }

    const fn of(expiry: programme::Expiry) -> Option<Self> {
        let (after, months) = match expiry {
            programme::Expiry::Never => return None,
            programme::Expiry::AfterEarning { months } => (ExpiresAfter::Earning, months),
            programme::Expiry::AfterInactivity { months } => (ExpiresAfter::Inactivity, months),
        };
        Some(Self { after, months })
    }
}

impl Level {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Level> {
        let code = fields.check(&format!("{pointer}/code"), LevelCode::parse(&self.code))?;
        let (name, from) = (self.name.clone(), Points::new(self.from_points));
        Some(programme::Level { code, name, from })
    }

    fn of(level: &programme::Level) -> Self {
        Self {
            code: level.code.as_str().to_owned(),
            name: level.name.clone(),
            from_points: level.from.get(),
        }
    }
}

impl Terms {
    /// The programme that they make, or the fields that stand against it.
    pub(crate) fn read(
        &self,
        fields: &mut Fields,
        pointer: &str,
        sector: Sector,
        establishments: &BTreeSet<EstablishmentId>,
    ) -> Option<Programme> {
        let mut list = Listed { fields: &mut *fields, pointer };
        let spend = list.read("spend", &self.spend, SpendRule::read);
        let visits = list.read("visits", &self.visits, VisitRule::read);
        let multipliers = list.read("multipliers", &self.multipliers, Multiplier::read);
        let bonuses = list.read("bonuses", &self.bonuses, Bonus::read);
        let levels = list.read("levels", &self.levels, Level::read);
        let excluded = self.excluded.read(fields, &format!("{pointer}/excluded"));
        let terms = programme::Terms {
            unit: match self.unit {
                Unit::Points => programme::Unit::Points,
                Unit::Cents => programme::Unit::Cents,
            },
            rounding: match self.rounding {
                Rounding::Down => programme::Rounding::Down,
                Rounding::Nearest => programme::Rounding::Nearest,
                Rounding::Up => programme::Rounding::Up,
            },
            spend: spend?,
            visits: visits?,
            multipliers: multipliers?,
            bonuses: bonuses?,
            gifts: programme::Gifts {
                welcome: self.gifts.welcome,
                activation: self.gifts.activation,
                birthday: self.gifts.birthday,
            },
            excluded: excluded?,
            discounts_excluded: self.discounts_excluded,
            minimum_spend: Cents::new(self.minimum_spend_cents),
            daily_cap: self.daily_cap.map(Points::new),
            returns: match self.returns {
                ReturnPolicy::Negative => programme::ReturnPolicy::Negative,
                ReturnPolicy::DownToZero => programme::ReturnPolicy::DownToZero,
            },
            pending_days: self.pending_days,
            expiry: self.expiry.map_or(programme::Expiry::Never, Expiry::read),
            levels: levels?,
        };
        match Programme::check(terms, sector, establishments) {
            Ok(programme) => Some(programme),
            Err(invalid) => {
                for field in &invalid {
                    fields.note_invalid(pointer, field);
                }
                None
            }
        }
    }

    pub(crate) fn of(terms: &programme::Terms) -> Self {
        Self {
            unit: match terms.unit {
                programme::Unit::Points => Unit::Points,
                programme::Unit::Cents => Unit::Cents,
            },
            rounding: match terms.rounding {
                programme::Rounding::Down => Rounding::Down,
                programme::Rounding::Nearest => Rounding::Nearest,
                programme::Rounding::Up => Rounding::Up,
            },
            spend: terms.spend.iter().map(SpendRule::of).collect(),
            visits: terms.visits.iter().map(VisitRule::of).collect(),
            multipliers: terms.multipliers.iter().map(Multiplier::of).collect(),
            bonuses: terms.bonuses.iter().map(Bonus::of).collect(),
            gifts: Gifts {
                welcome: terms.gifts.welcome,
                activation: terms.gifts.activation,
                birthday: terms.gifts.birthday,
            },
            excluded: Goods::of(&terms.excluded),
            discounts_excluded: terms.discounts_excluded,
            minimum_spend_cents: terms.minimum_spend.get(),
            daily_cap: terms.daily_cap.map(Points::get),
            returns: match terms.returns {
                programme::ReturnPolicy::Negative => ReturnPolicy::Negative,
                programme::ReturnPolicy::DownToZero => ReturnPolicy::DownToZero,
            },
            pending_days: terms.pending_days,
            expiry: Expiry::of(terms.expiry),
            levels: terms.levels.iter().map(Level::of).collect(),
        }
    }
}

/// Reads lists, each entry with its place.
struct Listed<'a> {
    fields: &'a mut Fields,
    pointer: &'a str,
}

impl Listed<'_> {
    fn read<S, D>(
        &mut self,
        name: &str,
        entries: &[S],
        read: impl Fn(&S, &mut Fields, &str) -> Option<D>,
    ) -> Option<Vec<D>> {
        let place = |index| format!("{}/{name}/{index}", self.pointer);
        let places: Vec<String> = (0..entries.len()).map(place).collect();
        let read: Vec<Option<D>> = entries
            .iter()
            .zip(&places)
            .map(|(entry, place)| read(entry, self.fields, place))
            .collect();
        read.into_iter().collect()
    }
}
