//! A merchant's programmes: one item for each version, part of the settings. The terms are stored
//! as one document.

use crate::table::keys::{self, Key};
use domain::programme::Terms;
use domain::{Credential, Day, MerchantId, Programme};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct ProgrammeRecord {
    pk: String,
    sk: String,
    pub(crate) valid_from: Day,
    terms: Terms,
    /// Counts the replacements of the programme, from 1.
    pub(crate) revision: u64,
    /// The credential that wrote the item.
    pub(crate) by: Credential,
    /// In the index `due`, the bucket of programmes that need a daily run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_bucket: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<String>,
}

impl ProgrammeRecord {
    pub(crate) fn of(
        merchant: MerchantId,
        valid_from: Day,
        programme: &Programme,
        revision: u64,
        by: Credential,
    ) -> Self {
        let Key { pk, sk } = keys::rule(merchant, valid_from);
        let needs_daily_run = programme.needs_daily_run();
        let due_bucket = needs_daily_run.then(|| keys::DAILY_RUN.to_owned());
        let due_at = needs_daily_run.then(|| keys::daily_run_at(merchant, valid_from));
        let terms = programme.terms().clone();
        Self { pk, sk, valid_from, terms, revision, by, due_bucket, due_at }
    }

    pub(crate) fn read(self) -> (Day, Programme) {
        (self.valid_from, Programme::from_stored(self.terms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::items;
    use domain::programme::{
        Bonus, Condition, Each, Expiry, Gifts, Goods, Hours, Level, LevelCode, Multiplier,
        ReturnPolicy, Rounding, SpendRule, Unit, VisitRule, Weekdays,
    };
    use domain::{Cents, EstablishmentId, Points};
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
        let record = ProgrammeRecord::of(merchant, Day::FIRST, &programme, 1, Credential::Operator);
        let item = items::to_item(&record).unwrap();
        let read: ProgrammeRecord = items::from_item(item, "programme").unwrap();
        let (first_day, read) = read.read();
        assert_eq!(first_day, Day::FIRST);
        assert_eq!(read, programme);
    }

    #[test]
    fn a_stored_level_that_no_programme_can_have_is_corrupt() {
        let gold = LevelCode::parse("gold").unwrap();
        let level = Level { code: gold, name: "Or".to_owned(), from: Points::new(1_000) };
        let terms = Terms { levels: vec![level], ..Terms::default() };
        let merchant = MerchantId::from_bytes([1; 16]);
        let programme = Programme::from_stored(terms);
        let record = ProgrammeRecord::of(merchant, Day::FIRST, &programme, 1, Credential::Operator);
        let mut document = serde_json::to_value(&record).unwrap();
        document["terms"]["levels"][0]["code"] = "GOLD".into();
        assert!(serde_json::from_value::<ProgrammeRecord>(document).is_err());
    }
}
