//! A programme's terms, as the operator reads them.

use super::terms::{
    Bonus, Condition, DatedTerms, ExpiresAfter, Expiry, Gifts, Goods, Hours, Level, Multiplier,
    ReturnPolicy, Rounding, SpendRule, Terms, Unit, VisitRule, WEEK, Weekday,
};
use domain::programme::{self, Weekdays};
use domain::{Credential, Day, Points, Programme};
use store::Settings;

impl DatedTerms {
    pub(crate) fn of(valid_from: Day, programme: &Programme, changed_by: Credential) -> Self {
        Self { valid_from, changed_by, terms: Terms::of(programme.terms()) }
    }

    /// The programmes of a merchant, each with its first day.
    pub(crate) fn all(settings: &Settings) -> Vec<Self> {
        let changes = settings.changes.programmes.iter();
        let dated = changes.filter_map(|(first_day, changed_by)| {
            let programme = settings.programmes.on(*first_day)?;
            Some(Self::of(*first_day, programme, *changed_by))
        });
        dated.collect()
    }
}

impl Hours {
    fn of(hours: programme::Hours) -> Self {
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        Self { from: text(hours.from), until: text(hours.until) }
    }
}

impl Condition {
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
    fn of(goods: &programme::Goods) -> Self {
        Self {
            skus: goods.skus.iter().cloned().collect(),
            categories: goods.categories.iter().cloned().collect(),
        }
    }
}

impl SpendRule {
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
    fn of(rule: &programme::VisitRule) -> Self {
        let when = Condition::of(&rule.when);
        let programme::VisitRule { ref name, points, most_a_day, .. } = *rule;
        Self { name: name.clone(), points, most_a_day, when }
    }
}

impl Multiplier {
    fn of(rule: &programme::Multiplier) -> Self {
        let when = Condition::of(&rule.when);
        Self { name: rule.name.clone(), hundredths: rule.hundredths, when }
    }
}

impl Bonus {
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
    fn of(level: &programme::Level) -> Self {
        Self {
            code: level.code.as_str().to_owned(),
            name: level.name.clone(),
            from_points: level.from.get(),
        }
    }
}

impl Terms {
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
            ends_earning: terms.earns_nothing(),
        }
    }
}
