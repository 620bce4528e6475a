//! A programme's terms, read into the domain's types.

use super::terms::{
    Bonus, Condition, ExpiresAfter, Expiry, Goods, Hours, Level, Multiplier, ReturnPolicy,
    Rounding, SpendRule, Terms, Unit, VisitRule,
};
use domain::programme::{self, LevelCode, SavingContext, Weekdays};
use domain::{Cents, Day, DomainError, EstablishmentId, Points, Programme, ProgrammeError};
use http_edge::Fields;
use std::collections::BTreeSet;

impl Hours {
    fn read(&self) -> Result<programme::Hours, DomainError> {
        Ok(programme::Hours { from: minute(&self.from)?, until: minute(&self.until)? })
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
}

impl SpendRule {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::SpendRule> {
        let goods = self.goods.read(fields, &format!("{pointer}/goods"));
        let when = self.when.read(fields, &format!("{pointer}/when"));
        let (points, per) = (self.points, Cents::new(self.per_cents));
        let name = self.name.clone();
        Some(programme::SpendRule { name, points, per, goods: goods?, when: when? })
    }
}

impl VisitRule {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::VisitRule> {
        let when = self.when.read(fields, &format!("{pointer}/when"))?;
        let Self { ref name, points, most_a_day, .. } = *self;
        Some(programme::VisitRule { name: name.clone(), points, most_a_day, when })
    }
}

impl Multiplier {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Multiplier> {
        let when = self.when.read(fields, &format!("{pointer}/when"))?;
        let (name, hundredths) = (self.name.clone(), self.hundredths);
        Some(programme::Multiplier { name, hundredths, when })
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
}

impl Expiry {
    const fn read(self) -> programme::Expiry {
        let months = self.months;
        match self.after {
            ExpiresAfter::Earning => programme::Expiry::AfterEarning { months },
            ExpiresAfter::Inactivity => programme::Expiry::AfterInactivity { months },
        }
    }
}

impl Level {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<programme::Level> {
        let code = fields.check(&format!("{pointer}/code"), LevelCode::parse(&self.code))?;
        let (name, from) = (self.name.clone(), Points::new(self.from_points));
        Some(programme::Level { code, name, from })
    }
}

impl Terms {
    /// The programme of these terms, or the errors of its fields.
    pub(crate) fn read(
        &self,
        fields: &mut Fields,
        pointer: &str,
        context: SavingContext<'_>,
    ) -> Option<Programme> {
        let mut lists = Lists { fields: &mut *fields, pointer };
        let spend = lists.read("spend", &self.spend, SpendRule::read);
        let visits = lists.read("visits", &self.visits, VisitRule::read);
        let multipliers = lists.read("multipliers", &self.multipliers, Multiplier::read);
        let bonuses = lists.read("bonuses", &self.bonuses, Bonus::read);
        let levels = lists.read("levels", &self.levels, Level::read);
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
        let context = SavingContext { ends_earning: self.ends_earning, ..context };
        match Programme::check(terms, context) {
            Ok(programme) => Some(programme),
            Err(invalid) => {
                for field in &invalid {
                    fields.note_invalid(pointer, field);
                }
                None
            }
        }
    }
}

/// Reads the lists of a programme. The pointer of an error has the index of its entry.
struct Lists<'a> {
    fields: &'a mut Fields,
    pointer: &'a str,
}

impl Lists<'_> {
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
