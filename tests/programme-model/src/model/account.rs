//! A member's account: lots of points, points owed, the count of days and months, and the level.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::earning::DayCount;
use super::programme::{ExpiresAfter, Level, Programme, ReturnPolicy};

/// The count of a day is kept for the days that last changed.
pub const DAYS_KEPT: usize = 8;

/// The dated programmes of a merchant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Programmes(pub BTreeMap<Date, Programme>);

impl Programmes {
    /// The first day of the programme of a day. None before the first programme.
    #[must_use]
    pub fn first_day_of(&self, day: Date) -> Option<Date> {
        self.0.range(..=day).next_back().map(|(first_day, _)| *first_day)
    }

    /// The programme of a day. None before the first programme.
    #[must_use]
    pub fn of_day(&self, day: Date) -> Option<&Programme> {
        self.0.range(..=day).next_back().map(|(_, programme)| programme)
    }
}

/// The origin of points.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Origin {
    /// A sale: the points may wait.
    Sale,
    /// A visit, a gift or an adjustment: the points never wait.
    Given,
}

/// Points of one day and origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Lot {
    /// The day on which the points were earned.
    pub day: Date,
    /// The origin.
    pub origin: Origin,
    /// The points.
    pub points: i64,
}

/// The level of a member.
#[derive(Clone, Debug, PartialEq)]
pub struct LevelHeld {
    /// The code.
    pub code: String,
    /// The name that members read.
    pub name: String,
    /// The day on which the member reached the level.
    pub since: Date,
}

/// The points that expire soonest.
#[derive(Clone, Debug, PartialEq)]
pub struct Expiring {
    /// The points.
    pub points: i64,
    /// The last day on which the points can be spent.
    pub on: Date,
}

/// The balance of a member on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The points that can be spent, less the points owed.
    pub balance: i64,
    /// The points that wait.
    pub pending: i64,
    /// The level.
    pub level: Option<LevelHeld>,
    /// The points that expire soonest.
    pub expiring: Option<Expiring>,
}

/// A member's account.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// The lots, by day, the points of sales before the given points of a day.
    lots: BTreeMap<(Date, Origin), i64>,
    owed: i64,
    /// The count of the days that last changed, the latest change first.
    days: Vec<(Date, DayCount)>,
    /// The points that sales and visits earned, less the points that returns and cancellations took back, by
    /// year and month.
    months: BTreeMap<(i16, i8), i64>,
    level: Option<LevelHeld>,
    last_activity: Option<Date>,
}

impl Account {
    /// The code of the member's level.
    #[must_use]
    pub fn level_code(&self) -> Option<String> {
        self.level.as_ref().map(|level| level.code.clone())
    }

    /// The count of a day.
    #[must_use]
    pub fn counted(&self, day: Date) -> DayCount {
        self.days
            .iter()
            .find(|(kept, _)| *kept == day)
            .map_or_else(DayCount::default, |kept| kept.1)
    }

    /// Changes the count of a day, which never falls below zero.
    pub fn count(&mut self, day: Date, points: i64, visits: i64) {
        if points == 0 && visits == 0 {
            return;
        }
        let before = self.counted(day);
        self.days.retain(|(kept, _)| *kept != day);
        let count = DayCount {
            points: (before.points + points).max(0),
            visits: (before.visits + visits).max(0),
        };
        self.days.insert(0, (day, count));
        self.days.truncate(DAYS_KEPT);
    }

    /// Records an activity of the member on a day.
    pub fn is_active_on(&mut self, day: Date) {
        self.last_activity = self.last_activity.max(Some(day));
    }

    /// Gives points. Points that are owed are paid first.
    pub fn give(&mut self, day: Date, origin: Origin, points: i64) {
        let paid = points.min(self.owed);
        self.owed -= paid;
        self.add_to_lot(day, origin, points - paid);
    }

    /// Takes points that a sale gave, from the points of the sales of `day` first, then from the oldest. Answers the
    /// points that were taken; the policy forgives the rest.
    pub fn take(&mut self, wanted: i64, day: Date, policy: ReturnPolicy) -> i64 {
        let sum = self.lots.values().sum::<i64>() - self.owed;
        let taken = match policy {
            ReturnPolicy::Negative => wanted,
            ReturnPolicy::DownToZero => wanted.min(sum.max(0)),
        };
        let mut left = taken;
        let (of_day, of_others): (Vec<_>, Vec<_>) =
            self.lots.keys().copied().partition(|lot| *lot == (day, Origin::Sale));
        for lot in of_day.into_iter().chain(of_others) {
            left -= self.take_from_lot(lot, left);
        }
        self.owed += left;
        taken
    }

    /// Spends points that can be spent today; the points that expire soonest first, then the oldest. False if the
    /// member has too few.
    pub fn spend(&mut self, programmes: &Programmes, today: Date, points: i64) -> bool {
        if self.view(programmes, today).balance < points {
            return false;
        }
        let mut spendable: Vec<(Date, Origin)> = self
            .lots
            .keys()
            .copied()
            .filter(|lot| {
                can_be_spent(programmes, *lot, today) && !self.is_expired(programmes, *lot, today)
            })
            .collect();
        spendable.sort_by_key(|lot| self.last_day(programmes, *lot).unwrap_or(Date::MAX));
        let mut left = points;
        for lot in spendable {
            left -= self.take_from_lot(lot, left);
        }
        true
    }

    /// Adds points of sales and visits to the month of their day; below zero for points taken back.
    pub fn add_to_year(&mut self, day: Date, points: i64) {
        *self.months.entry((day.year(), day.month())).or_default() += points;
    }

    /// Raises the level if the points of the year reach a higher one. The year ends with the month of `day`. The level
    /// applies from the next sale on.
    pub fn reach_level(&mut self, levels: &[Level], day: Date) {
        let year = self.points_of_the_year(day);
        let held = self
            .level
            .as_ref()
            .and_then(|held| levels.iter().find(|level| level.code == held.code))
            .map_or(0, |level| level.from_points);
        let reached = levels
            .iter()
            .filter(|level| level.from_points <= year && level.from_points > held)
            .max_by_key(|level| level.from_points);
        if let Some(level) = reached {
            self.level =
                Some(LevelHeld { code: level.code.clone(), name: level.name.clone(), since: day });
        }
    }

    /// The balance on a day.
    #[must_use]
    pub fn view(&self, programmes: &Programmes, today: Date) -> View {
        let mut balance = -self.owed;
        let mut pending = 0;
        let mut expiring: Option<Expiring> = None;
        for (&lot, &points) in &self.lots {
            if self.is_expired(programmes, lot, today) {
                continue;
            }
            if !can_be_spent(programmes, lot, today) {
                pending += points;
                continue;
            }
            balance += points;
            let Some(on) = self.last_day(programmes, lot) else { continue };
            match &mut expiring {
                Some(first) if first.on == on => first.points += points,
                Some(first) if first.on < on => {}
                _ => expiring = Some(Expiring { points, on }),
            }
        }
        View { balance, pending, level: self.level.clone(), expiring }
    }

    /// The points of the calendar month of a day and of the eleven months before.
    #[must_use]
    pub fn points_of_the_year(&self, day: Date) -> i64 {
        let first = day.first_of_month().saturating_sub(11.months());
        self.months
            .range((first.year(), first.month())..=(day.year(), day.month()))
            .map(|(_, points)| points)
            .sum()
    }

    /// The last day on which a lot can be spent. None if it never expires.
    fn last_day(&self, programmes: &Programmes, lot: (Date, Origin)) -> Option<Date> {
        let expiry = programmes.of_day(lot.0)?.expiry.as_ref()?;
        Some(match expiry.after {
            ExpiresAfter::Earning => first_spendable(programmes, lot)
                .saturating_add(expiry.months.months())
                .last_of_month(),
            ExpiresAfter::Inactivity => self
                .last_activity
                .max(Some(lot.0))
                .unwrap_or(lot.0)
                .saturating_add(expiry.months.months()),
        })
    }

    fn is_expired(&self, programmes: &Programmes, lot: (Date, Origin), today: Date) -> bool {
        self.last_day(programmes, lot).is_some_and(|last| today > last)
    }

    fn add_to_lot(&mut self, day: Date, origin: Origin, points: i64) {
        if points > 0 {
            *self.lots.entry((day, origin)).or_default() += points;
        }
    }

    fn take_from_lot(&mut self, lot: (Date, Origin), wanted: i64) -> i64 {
        let Some(points) = self.lots.get_mut(&lot) else { return 0 };
        let taken = wanted.min(*points);
        *points -= taken;
        if *points == 0 {
            self.lots.remove(&lot);
        }
        taken
    }
}

/// The day from which a lot can be spent.
fn first_spendable(programmes: &Programmes, lot: (Date, Origin)) -> Date {
    lot.0.saturating_add(waiting_days(programmes, lot).days())
}

/// Points without a waiting time can be spent at once, even if the next till is in a zone where their day has not
/// begun.
fn can_be_spent(programmes: &Programmes, lot: (Date, Origin), today: Date) -> bool {
    waiting_days(programmes, lot) == 0 || today >= first_spendable(programmes, lot)
}

fn waiting_days(programmes: &Programmes, lot: (Date, Origin)) -> i64 {
    match lot.1 {
        Origin::Given => 0,
        Origin::Sale => programmes.of_day(lot.0).map_or(0, |programme| programme.pending_days),
    }
}
