//! A merchant's programmes, one item a version, part of its settings. The terms are one compact
//! attribute (CBOR with numbered fields, as in `codec.rs`).

use crate::table::codec::{from_bytes, to_bytes};
use crate::table::keys::{self, Key};
use crate::table::transaction::TransactionOutcome;
use crate::table::write::Write;
use crate::{Store, StoreError};
use domain::programme::{
    Bonus, Condition, Each, Expiry, Gifts, Goods, Hours, Level, LevelCode, Multiplier,
    ReturnPolicy, Rounding, SpendRule, Terms, Unit, VisitRule, Weekdays,
};
use domain::{Cents, Day, EstablishmentId, MerchantId, Points, Programme};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct ProgrammeRecord {
    pk: String,
    sk: String,
    valid_from: String,
    #[serde(with = "serde_bytes")]
    terms: Vec<u8>,
    /// In the index `due`, the bucket of the merchants whose members are walked every night.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

impl ProgrammeRecord {
    pub(crate) fn of(merchant: MerchantId, valid_from: Day, programme: &Programme) -> Self {
        let Key { pk, sk } = keys::rule(merchant, valid_from);
        let terms = to_bytes(&TermsBody::of(programme.terms()));
        let nightly = programme.needs_daily_run();
        let due_bucket = nightly.then(|| keys::NIGHTLY.to_owned());
        let due_at = nightly.then(|| keys::daily_run_at(merchant, valid_from));
        Self { pk, sk, valid_from: valid_from.to_string(), terms, due_bucket, due_at }
    }

    pub(crate) fn read(self) -> Result<(Day, Programme), StoreError> {
        let valid_from = Day::parse(&self.valid_from).map_err(|_| CORRUPT)?;
        let body: TermsBody = from_bytes(&self.terms, "programme")?;
        Ok((valid_from, Programme::from_stored(body.read()?)))
    }
}

impl Store {
    /// Sets the programme that holds from a day on, replacing one that begins on the same day: 1
    /// round trip, 1 write unit for each KB. That the day has not begun is the caller's to check.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn put_programme(
        &self,
        merchant: MerchantId,
        valid_from: Day,
        programme: &Programme,
    ) -> Result<(), StoreError> {
        let record = ProgrammeRecord::of(merchant, valid_from, programme);
        self.settings.forget(merchant);
        match self.transact_one(Write::put(&record)?).await? {
            TransactionOutcome::Committed => Ok(()),
            TransactionOutcome::Cancelled(_) => Err(StoreError::Busy),
        }
    }
}

const CORRUPT: StoreError = StoreError::Corrupt("programme");

#[derive(Encode, Decode)]
#[cbor(array)]
struct TermsBody {
    /// 0 points, 1 cents
    #[n(0)]
    unit: u8,
    /// 0 down, 1 nearest, 2 up
    #[n(1)]
    rounding: u8,
    #[n(2)]
    spend: Vec<SpendBody>,
    #[n(3)]
    visits: Vec<VisitBody>,
    #[n(4)]
    multipliers: Vec<MultiplierBody>,
    #[n(5)]
    bonuses: Vec<BonusBody>,
    /// welcome, activation, birthday
    #[n(6)]
    gifts: (u32, u32, u32),
    #[n(7)]
    excluded: GoodsBody,
    #[n(8)]
    discounts_excluded: bool,
    #[n(9)]
    minimum_spend: i64,
    #[n(10)]
    daily_cap: Option<i64>,
    /// 0 negative, 1 down to zero
    #[n(11)]
    returns: u8,
    #[n(12)]
    pending_days: u8,
    /// (0 after earning, 1 after inactivity; months); none never ends
    #[n(13)]
    expiry: Option<(u8, u8)>,
    #[n(14)]
    levels: Vec<LevelBody>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct GoodsBody {
    #[n(0)]
    skus: Vec<String>,
    #[n(1)]
    categories: Vec<String>,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct ConditionBody {
    /// days since 1970
    #[n(0)]
    from: Option<i32>,
    #[n(1)]
    until: Option<i32>,
    #[n(2)]
    weekdays: u8,
    /// minutes since midnight
    #[n(3)]
    hours: Option<(u16, u16)>,
    #[n(4)]
    establishments: Vec<String>,
    #[n(5)]
    birthday_month: bool,
    #[n(6)]
    levels: Vec<String>,
    #[n(7)]
    minimum_spend: i64,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct SpendBody {
    #[n(0)]
    name: Option<String>,
    #[n(1)]
    points: u32,
    #[n(2)]
    per: i64,
    #[n(3)]
    goods: GoodsBody,
    #[n(4)]
    when: ConditionBody,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct VisitBody {
    #[n(0)]
    name: Option<String>,
    #[n(1)]
    points: u32,
    #[n(2)]
    most_a_day: u8,
    #[n(3)]
    when: ConditionBody,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct MultiplierBody {
    #[n(0)]
    name: Option<String>,
    #[n(1)]
    hundredths: u32,
    #[n(2)]
    when: ConditionBody,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct BonusBody {
    #[n(0)]
    name: Option<String>,
    #[n(1)]
    points: u32,
    /// the most of one sale, where each piece counts
    #[n(2)]
    most_a_sale: Option<u32>,
    #[n(3)]
    goods: GoodsBody,
    #[n(4)]
    when: ConditionBody,
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct LevelBody {
    #[n(0)]
    code: String,
    #[n(1)]
    name: String,
    #[n(2)]
    from: i64,
}

impl GoodsBody {
    fn of(goods: &Goods) -> Self {
        Self {
            skus: goods.skus.iter().cloned().collect(),
            categories: goods.categories.iter().cloned().collect(),
        }
    }

    fn read(self) -> Goods {
        Goods {
            skus: self.skus.into_iter().collect(),
            categories: self.categories.into_iter().collect(),
        }
    }
}

impl ConditionBody {
    fn of(when: &Condition) -> Self {
        Self {
            from: when.from.map(Day::ordinal),
            until: when.until.map(Day::ordinal),
            weekdays: when.weekdays.bits(),
            hours: when.hours.map(|hours| (hours.from, hours.until)),
            establishments: when.establishments.iter().map(ToString::to_string).collect(),
            birthday_month: when.birthday_month,
            levels: when.levels.iter().map(|code| code.as_str().to_owned()).collect(),
            minimum_spend: when.minimum_spend.get(),
        }
    }

    fn read(self) -> Result<Condition, StoreError> {
        let establishments = self.establishments.iter().map(|code| EstablishmentId::parse(code));
        let levels = self.levels.iter().map(|code| LevelCode::parse(code));
        Ok(Condition {
            from: self.from.map(Day::from_ordinal),
            until: self.until.map(Day::from_ordinal),
            weekdays: Weekdays::from_bits(self.weekdays),
            hours: self.hours.map(|(from, until)| Hours { from, until }),
            establishments: establishments.collect::<Result<_, _>>().map_err(|_| CORRUPT)?,
            birthday_month: self.birthday_month,
            levels: levels.collect::<Result<_, _>>().map_err(|_| CORRUPT)?,
            minimum_spend: Cents::new(self.minimum_spend),
        })
    }
}

impl SpendBody {
    fn of(rule: &SpendRule) -> Self {
        Self {
            name: rule.name.clone(),
            points: rule.points,
            per: rule.per.get(),
            goods: GoodsBody::of(&rule.goods),
            when: ConditionBody::of(&rule.when),
        }
    }

    fn read(self) -> Result<SpendRule, StoreError> {
        Ok(SpendRule {
            name: self.name,
            points: self.points,
            per: Cents::new(self.per),
            goods: self.goods.read(),
            when: self.when.read()?,
        })
    }
}

impl VisitBody {
    fn of(rule: &VisitRule) -> Self {
        Self {
            name: rule.name.clone(),
            points: rule.points,
            most_a_day: rule.most_a_day,
            when: ConditionBody::of(&rule.when),
        }
    }

    fn read(self) -> Result<VisitRule, StoreError> {
        let when = self.when.read()?;
        Ok(VisitRule { name: self.name, points: self.points, most_a_day: self.most_a_day, when })
    }
}

impl MultiplierBody {
    fn of(rule: &Multiplier) -> Self {
        let when = ConditionBody::of(&rule.when);
        Self { name: rule.name.clone(), hundredths: rule.hundredths, when }
    }

    fn read(self) -> Result<Multiplier, StoreError> {
        let when = self.when.read()?;
        Ok(Multiplier { name: self.name, hundredths: self.hundredths, when })
    }
}

impl BonusBody {
    fn of(rule: &Bonus) -> Self {
        Self {
            name: rule.name.clone(),
            points: rule.points,
            most_a_sale: match rule.each {
                Each::Sale => None,
                Each::Piece { most_a_sale } => Some(most_a_sale),
            },
            goods: GoodsBody::of(&rule.goods),
            when: ConditionBody::of(&rule.when),
        }
    }

    fn read(self) -> Result<Bonus, StoreError> {
        let piece = |most_a_sale| Each::Piece { most_a_sale };
        Ok(Bonus {
            name: self.name,
            points: self.points,
            each: self.most_a_sale.map_or(Each::Sale, piece),
            goods: self.goods.read(),
            when: self.when.read()?,
        })
    }
}

impl LevelBody {
    fn of(level: &Level) -> Self {
        Self {
            code: level.code.as_str().to_owned(),
            name: level.name.clone(),
            from: level.from.get(),
        }
    }

    fn read(self) -> Result<Level, StoreError> {
        let code = LevelCode::parse(&self.code).map_err(|_| CORRUPT)?;
        Ok(Level { code, name: self.name, from: Points::new(self.from) })
    }
}

impl TermsBody {
    fn of(terms: &Terms) -> Self {
        Self {
            unit: match terms.unit {
                Unit::Points => 0,
                Unit::Cents => 1,
            },
            rounding: match terms.rounding {
                Rounding::Down => 0,
                Rounding::Nearest => 1,
                Rounding::Up => 2,
            },
            spend: terms.spend.iter().map(SpendBody::of).collect(),
            visits: terms.visits.iter().map(VisitBody::of).collect(),
            multipliers: terms.multipliers.iter().map(MultiplierBody::of).collect(),
            bonuses: terms.bonuses.iter().map(BonusBody::of).collect(),
            gifts: (terms.gifts.welcome, terms.gifts.activation, terms.gifts.birthday),
            excluded: GoodsBody::of(&terms.excluded),
            discounts_excluded: terms.discounts_excluded,
            minimum_spend: terms.minimum_spend.get(),
            daily_cap: terms.daily_cap.map(Points::get),
            returns: match terms.returns {
                ReturnPolicy::Negative => 0,
                ReturnPolicy::DownToZero => 1,
            },
            pending_days: terms.pending_days,
            expiry: match terms.expiry {
                Expiry::Never => None,
                Expiry::AfterEarning { months } => Some((0, months)),
                Expiry::AfterInactivity { months } => Some((1, months)),
            },
            levels: terms.levels.iter().map(LevelBody::of).collect(),
        }
    }

    fn read(self) -> Result<Terms, StoreError> {
        let (welcome, activation, birthday) = self.gifts;
        Ok(Terms {
            unit: match self.unit {
                0 => Unit::Points,
                1 => Unit::Cents,
                _ => return Err(CORRUPT),
            },
            rounding: match self.rounding {
                0 => Rounding::Down,
                1 => Rounding::Nearest,
                2 => Rounding::Up,
                _ => return Err(CORRUPT),
            },
            spend: read_all(self.spend, SpendBody::read)?,
            visits: read_all(self.visits, VisitBody::read)?,
            multipliers: read_all(self.multipliers, MultiplierBody::read)?,
            bonuses: read_all(self.bonuses, BonusBody::read)?,
            gifts: Gifts { welcome, activation, birthday },
            excluded: self.excluded.read(),
            discounts_excluded: self.discounts_excluded,
            minimum_spend: Cents::new(self.minimum_spend),
            daily_cap: self.daily_cap.map(Points::new),
            returns: match self.returns {
                0 => ReturnPolicy::Negative,
                1 => ReturnPolicy::DownToZero,
                _ => return Err(CORRUPT),
            },
            pending_days: self.pending_days,
            expiry: match self.expiry {
                None => Expiry::Never,
                Some((0, months)) => Expiry::AfterEarning { months },
                Some((1, months)) => Expiry::AfterInactivity { months },
                Some(_) => return Err(CORRUPT),
            },
            levels: read_all(self.levels, LevelBody::read)?,
        })
    }
}

fn read_all<B, R>(
    bodies: Vec<B>,
    read: impl Fn(B) -> Result<R, StoreError>,
) -> Result<Vec<R>, StoreError> {
    bodies.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_programme_of_every_kind_of_rule_reads_back() {
        let gold = LevelCode::parse("gold").unwrap();
        let when = Condition {
            from: Day::parse("2026-12-01").ok(),
            until: Day::parse("2026-12-24").ok(),
            weekdays: Weekdays::from_bits(0b001_1111),
            hours: Some(Hours { from: 1_020, until: 1_140 }),
            establishments: BTreeSet::from([EstablishmentId::parse("paris").unwrap()]),
            birthday_month: true,
            levels: BTreeSet::from([gold.clone()]),
            minimum_spend: Cents::new(1_000),
        };
        let goods = Goods {
            skus: BTreeSet::from(["S1".to_owned()]),
            categories: BTreeSet::from(["Chaussures".to_owned()]),
        };
        let name = Some("Une règle".to_owned());
        let bonus = |each| Bonus {
            name: name.clone(),
            points: 5,
            each,
            goods: goods.clone(),
            when: when.clone(),
        };
        let terms = Terms {
            unit: Unit::Cents,
            rounding: Rounding::Nearest,
            spend: vec![SpendRule {
                name: name.clone(),
                points: 2,
                per: Cents::new(100),
                goods: goods.clone(),
                when: when.clone(),
            }],
            visits: vec![VisitRule {
                name: name.clone(),
                points: 1,
                most_a_day: 2,
                when: when.clone(),
            }],
            multipliers: vec![Multiplier {
                name: name.clone(),
                hundredths: 150,
                when: when.clone(),
            }],
            bonuses: vec![bonus(Each::Sale), bonus(Each::Piece { most_a_sale: 50 })],
            gifts: Gifts { welcome: 1, activation: 2, birthday: 3 },
            excluded: goods,
            discounts_excluded: true,
            minimum_spend: Cents::new(500),
            daily_cap: Some(Points::new(200)),
            returns: ReturnPolicy::DownToZero,
            pending_days: 14,
            expiry: Expiry::AfterInactivity { months: 12 },
            levels: vec![Level { code: gold, name: "Or".to_owned(), from: Points::new(1_000) }],
        };
        let merchant = MerchantId::from_bytes([1; 16]);
        let programme = Programme::from_stored(terms);
        let record = ProgrammeRecord::of(merchant, Day::FIRST, &programme);
        assert!(record.terms.len() < 600, "{} bytes", record.terms.len());
        assert_eq!(record.read().unwrap(), (Day::FIRST, programme));
    }
}
