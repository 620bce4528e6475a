//! A member's account: the lots of points, and the counters that segments and levels read. Every purchase
//! writes the account.

use crate::ledger::day_count::DayCount;
use crate::ledger::gift::GiftsReceived;
use crate::ledger::lots::{Lot, Lots};
use crate::programme::Standing;
use crate::{Cents, Day, EstablishmentId, Instant, MemberId, Month, Points, RegistrationStep};
use jiff::tz::TimeZone;

/// The number of months of which an account has the spend and the visits.
pub const MONTHS_KEPT: usize = 36;

/// The number of days whose points and visits an account counts: the last days with a sale. A till sends
/// sales of the last week, and the rows of a file are ordered by day.
pub const DAYS_COUNTED: usize = 8;

/// How points are given to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    day: Day,
    granted: bool,
    earned: bool,
}

impl Given {
    /// Earned by a sale of `day`: the points are pending until the time for returns has passed, and levels
    /// count them.
    #[must_use]
    pub const fn by_sale(day: Day) -> Self {
        Self { day, granted: false, earned: true }
    }

    /// Earned by a visit of `day` without a sale: the points are never pending, since nothing can be
    /// returned, and levels count them.
    #[must_use]
    pub const fn by_visit(day: Day) -> Self {
        Self { day, granted: true, earned: true }
    }

    /// Given on `day` without a sale or a visit: the points are never pending, and levels do not count them.
    #[must_use]
    pub const fn freely(day: Day) -> Self {
        Self { day, granted: true, earned: false }
    }

    /// The day of the points.
    pub(crate) const fn day(self) -> Day {
        self.day
    }
}

/// The spend, the visits and the points of one calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthBucket {
    /// The month.
    pub month: Month,
    /// Sales less returns.
    pub spend: Cents,
    /// Sales, and visits without a sale.
    pub visits: u32,
    /// Points that sales and visits gave, less those taken back with a sale.
    pub earned: Points,
}

/// The sum of a member's corrections by hand on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdjustedDay {
    /// The day.
    pub day: Day,
    /// The points given, less the points taken.
    pub points: Points,
}

/// A member's account. Points owed are points taken that the lots did not hold: the next points earned pay
/// them first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The points by the day on which they were earned.
    pub lots: Lots,
    /// Points taken that the lots did not hold, zero or more.
    pub owed: Points,
    /// All points that sales and visits gave since the beginning, less those taken back with a sale.
    pub earned: Points,
    /// Sales less returns, since the beginning.
    pub spend: Cents,
    /// Sales, and visits without a sale, since the beginning.
    pub visits: u32,
    /// The last [`MONTHS_KEPT`] months with a purchase, oldest first.
    pub months: Vec<MonthBucket>,
    /// The last purchase, redemption, login or click: the retention period begins there.
    pub last_activity: Option<Instant>,
    /// The day of the last sale, including a cancelled one.
    pub last_purchase: Option<Day>,
    /// The establishment of that sale.
    pub last_establishment: Option<EstablishmentId>,
    /// When the card was activated (*carte activée*): by a use, by the completed registration, or because
    /// the person was present. A purchase writes the account and not the person, so the account has it.
    pub activated: Option<RegistrationStep>,
    /// The member that this one was merged into. The account is then empty.
    pub merged_into: Option<MemberId>,
    /// The last [`DAYS_COUNTED`] days with a sale, where a programme limits the points or visits of a day.
    pub days: Vec<DayCount>,
    /// The level, where the programme has levels.
    pub level: Option<Standing>,
    /// The year of the last birthday that gave points.
    pub birthday_year: Option<i16>,
    /// The gifts that the member got.
    pub gifts: GiftsReceived,
    /// The last day with a correction by hand.
    pub adjusted: Option<AdjustedDay>,
    /// The members that were merged into this one, directly or through another one. Limits count their uses too.
    pub absorbed: Vec<MemberId>,
}

impl Account {
    /// The sum of all entries: the lots, with pending points and expired points that were not taken out yet,
    /// less the points owed. [`Account::balance_on`] gives the points that can be spent.
    #[must_use]
    pub fn sum(&self) -> Points {
        self.lots.sum() - self.owed
    }

    /// Gives points. Points owed are paid first, also by points that are pending.
    pub fn give(&mut self, given: Given, points: Points) {
        let paid = points.min(self.owed).max(Points::ZERO);
        self.owed -= paid;
        let Given { day, granted, earned } = given;
        self.lots.add(Lot { day, granted, remaining: points - paid });
        if earned {
            self.count_earned(day, points);
        }
    }

    /// Takes back points that a sale of `day` gave. Points that the lots do not hold are owed.
    pub fn take_back(&mut self, day: Day, points: Points) {
        self.owed += self.lots.take(Some(day), points);
        self.count_earned(day, -points);
    }

    /// Whether the account counts a day.
    pub(crate) fn counts(&self, day: Day) -> bool {
        self.days.iter().any(|count| count.day == day)
    }

    /// The points and visits of a day so far.
    #[must_use]
    pub fn day_so_far(&self, day: Day) -> DayCount {
        let counted = self.days.iter().find(|count| count.day == day);
        counted.copied().unwrap_or(DayCount::new(day))
    }

    /// Adds points and visits to the count of a day. Both are below zero for a cancelled sale. The count does
    /// not fall below zero. A change of nothing does not renew the day's place among the days counted.
    pub(crate) fn count_in_day(&mut self, day: Day, points: Points, visits: i32) {
        let before = self.day_so_far(day);
        let count = DayCount {
            day,
            earned: (before.earned + points).max(Points::ZERO),
            visits: before.visits.saturating_add_signed(visits),
        };
        if count == before {
            return;
        }
        self.days.retain(|counted| counted.day != day);
        self.days.push(count);
        let forgotten = self.days.len().saturating_sub(DAYS_COUNTED);
        self.days.drain(..forgotten);
    }

    /// Counts a purchase into the month of `day`: its amount, below zero for a return, and its visits.
    pub fn count(&mut self, day: Day, amount: Cents, visits: i32) {
        self.spend = self.spend + amount;
        self.visits = self.visits.saturating_add_signed(visits);
        self.add_to_month(&MonthChange {
            month: day.month(),
            amount,
            visits,
            earned: Points::ZERO,
        });
    }

    fn count_earned(&mut self, day: Day, points: Points) {
        if points == Points::ZERO {
            return;
        }
        self.earned += points;
        let (month, earned) = (day.month(), points);
        self.add_to_month(&MonthChange { month, amount: Cents::ZERO, visits: 0, earned });
    }

    /// The sum of the corrections by hand on a day. Where the next day has begun in the time zone of another
    /// establishment, the sum of the next day, so that a second time zone is no second limit.
    #[must_use]
    pub fn adjusted_on(&self, day: Day) -> Points {
        let of_day = |last: &AdjustedDay| last.day == day || last.day == day.plus_days(1);
        self.adjusted.filter(of_day).map_or(Points::ZERO, |last| last.points)
    }

    /// Counts a correction by hand. A correction of an earlier day than the last two changes nothing.
    pub(crate) fn count_adjusted(&mut self, day: Day, points: Points) {
        let last = self.adjusted.map_or(day, |last| last.day);
        if last <= day.plus_days(1) {
            let points = self.adjusted_on(day) + points;
            self.adjusted = Some(AdjustedDay { day: last.max(day), points });
        }
    }

    /// Notes an activity of the person at `instant`. An activity before the last one changes nothing.
    pub fn active_at(&mut self, instant: Instant) {
        self.last_activity = self.last_activity.max(Some(instant));
    }

    /// Moves the last activity to `now` where it is later. A sale of a file without a time counts as a sale at noon,
    /// and the clock of a till may be ahead.
    pub fn not_active_after(&mut self, now: Instant) {
        self.last_activity = self.last_activity.map(|instant| instant.min(now));
    }

    /// Notes the day and the establishment of a sale. A sale before the last one changes nothing.
    pub fn bought(&mut self, day: Day, establishment: &EstablishmentId) {
        if self.last_purchase.is_none_or(|last| last <= day) {
            self.last_purchase = Some(day);
            self.last_establishment = Some(establishment.clone());
        }
    }

    /// The day of the last activity, in UTC.
    #[must_use]
    pub fn last_active_day(&self) -> Option<Day> {
        let active = self.last_activity.map(|instant| Day::at(instant, &TimeZone::UTC));
        active.max(self.last_purchase)
    }

    /// Adds another account of the same person to this one, and empties the other.
    pub fn absorb(&mut self, other: &mut Self) {
        let other = std::mem::take(other);
        for lot in other.lots.as_slice() {
            self.lots.add(*lot);
        }
        self.owed += other.owed;
        let paid = self.owed.min(self.lots.sum());
        self.owed = self.owed - paid + self.lots.take(None, paid);
        self.earned += other.earned;
        self.visits = self.visits.saturating_add(other.visits);
        self.spend = self.spend + other.spend;
        for bucket in other.months {
            self.add_to_month(&MonthChange {
                month: bucket.month,
                amount: bucket.spend,
                visits: i32::try_from(bucket.visits).unwrap_or(i32::MAX),
                earned: bucket.earned,
            });
        }
        self.join_days(&other.days);
        self.level = self.level.take().or(other.level);
        self.birthday_year = self.birthday_year.max(other.birthday_year);
        if let Some(adjusted) = other.adjusted {
            self.count_adjusted(adjusted.day, adjusted.points);
        }
        self.absorbed.extend(other.absorbed);
        self.last_activity = self.last_activity.max(other.last_activity);
        self.activated = RegistrationStep::later(self.activated, other.activated);
        if let (Some(day), Some(establishment)) = (other.last_purchase, other.last_establishment) {
            self.bought(day, &establishment);
        }
    }

    /// Adds the counts of another account. Of more than [`DAYS_COUNTED`] days, the latest stay.
    fn join_days(&mut self, other: &[DayCount]) {
        for count in other {
            match self.days.iter_mut().find(|own| own.day == count.day) {
                Some(own) => {
                    own.earned += count.earned;
                    own.visits = own.visits.saturating_add(count.visits);
                }
                None => self.days.push(*count),
            }
        }
        self.days.sort_by_key(|count| count.day);
        let forgotten = self.days.len().saturating_sub(DAYS_COUNTED);
        self.days.drain(..forgotten);
    }

    /// Takes the counts of another account out again, never below zero.
    pub(crate) fn separate_days(&mut self, other: &[DayCount]) {
        for own in &mut self.days {
            if let Some(count) = other.iter().find(|count| count.day == own.day) {
                own.earned = (own.earned - count.earned).max(Points::ZERO);
                own.visits = own.visits.saturating_sub(count.visits);
            }
        }
    }

    fn add_to_month(&mut self, change: &MonthChange) {
        let MonthChange { month, amount, visits, earned } = *change;
        let index = match self.months.binary_search_by_key(&month, |bucket| bucket.month) {
            Ok(index) => index,
            Err(index) => {
                self.months.insert(
                    index,
                    MonthBucket { month, spend: Cents::ZERO, visits: 0, earned: Points::ZERO },
                );
                index
            }
        };
        let bucket = &mut self.months[index];
        bucket.spend = bucket.spend + amount;
        bucket.visits = bucket.visits.saturating_add_signed(visits);
        bucket.earned += earned;
        let forgotten = self.months.len().saturating_sub(MONTHS_KEPT);
        self.months.drain(..forgotten);
    }
}

/// The change of a month by a purchase.
struct MonthChange {
    month: Month,
    amount: Cents,
    visits: i32,
    earned: Points,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn the_next_points_earned_pay_the_points_owed() {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-01-01")), Points::new(10));
        account.take_back(day("2026-01-02"), Points::new(15));
        assert_eq!(account.sum(), Points::new(-5));
        assert_eq!(account.owed, Points::new(5));
        account.give(Given::by_sale(day("2026-01-03")), Points::new(8));
        assert_eq!(account.sum(), Points::new(3));
        assert_eq!(account.owed, Points::ZERO);
    }

    #[test]
    fn a_merge_keeps_the_counts_of_the_latest_days_and_an_undone_merge_takes_the_others_out() {
        let today = day("2026-11-24");
        let counted = |days: &[Day]| {
            let mut account = Account::default();
            for day in days {
                account.count_in_day(*day, Points::new(20), 1);
            }
            account
        };
        let mut survivor = counted(&[today]);
        let earlier: Vec<Day> = (1..=8).map(|days| today.plus_days(-days)).collect();
        let absorbed = counted(&earlier);
        survivor.absorb(&mut absorbed.clone());
        assert_eq!(survivor.days.len(), DAYS_COUNTED);
        assert_eq!(survivor.day_so_far(today).earned, Points::new(20));
        let (mut survivor, absorbed) = (counted(&[today]), counted(&[today]));
        survivor.absorb(&mut absorbed.clone());
        assert_eq!(survivor.day_so_far(today).earned, Points::new(40));
        survivor.separate_days(&absorbed.days);
        assert_eq!(
            survivor.day_so_far(today),
            DayCount { day: today, earned: Points::new(20), visits: 1 }
        );
    }

    #[test]
    fn an_account_has_the_months_of_three_years() {
        let mut account = Account::default();
        let first = day("2020-01-15");
        for month in 0..40 {
            account.count(first.plus_months(month), Cents::new(100), 1);
        }
        assert_eq!(account.months.len(), MONTHS_KEPT);
        assert_eq!(account.months[0].month, first.plus_months(4).month());
        assert_eq!(account.spend, Cents::new(4_000));
        assert_eq!(account.visits, 40);
    }

    #[test]
    fn an_absorbed_account_contributes_its_points_and_its_debts() {
        let mut survivor = Account::default();
        survivor.give(Given::by_sale(day("2026-01-01")), Points::new(10));
        survivor.count(day("2026-01-01"), Cents::new(1_000), 1);
        let mut absorbed = Account::default();
        absorbed.take_back(day("2026-01-01"), Points::new(4));
        absorbed.count(day("2026-02-01"), Cents::new(500), 1);
        survivor.absorb(&mut absorbed);
        assert_eq!(survivor.sum(), Points::new(6));
        assert_eq!(survivor.owed, Points::ZERO);
        assert_eq!(survivor.spend, Cents::new(1_500));
        assert_eq!(survivor.visits, 2);
        let months = survivor.months.iter().map(|bucket| bucket.month.to_string());
        assert_eq!(months.collect::<Vec<_>>(), ["2026-01", "2026-02"]);
        assert_eq!(absorbed, Account::default());
    }
}
