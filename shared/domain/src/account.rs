//! A member's account: balance, lots, and the counters that segments read. Written by every purchase.

use crate::lots::Lots;
use crate::{Cents, Day, EstablishmentId, Instant, MemberId, Month, Points};
use jiff::tz::TimeZone;

/// How many months of spend and visits an account remembers.
pub const MONTHS_KEPT: usize = 36;

/// What a member spent and how often the member came in one calendar month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthBucket {
    /// The month.
    pub month: Month,
    /// Sales less returns.
    pub spend: Cents,
    /// Sales, each one a visit.
    pub visits: u32,
}

/// A member's account. `points owed` are those taken beyond the lots: the next earned pay them first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Points by the day they were earned.
    pub lots: Lots,
    /// Points taken that the lots did not hold, zero or more.
    pub owed: Points,
    /// All points ever earned less those taken back with their sale; levels will read it.
    pub earned: Points,
    /// Sales less returns, ever.
    pub spend: Cents,
    /// Sales, ever.
    pub visits: u32,
    /// The last [`MONTHS_KEPT`] months with a purchase, oldest first.
    pub months: Vec<MonthBucket>,
    /// The last purchase, redemption, login or click: what the retention period runs from.
    pub last_activity: Option<Instant>,
    /// The day of the last sale, a cancelled one included.
    pub last_purchase: Option<Day>,
    /// Where that sale was made.
    pub last_establishment: Option<EstablishmentId>,
    /// The member that this one was merged into; its account then stays empty.
    pub merged_into: Option<MemberId>,
}

impl Account {
    /// The balance a ticket prints: negative while points are owed.
    #[must_use]
    pub fn balance(&self) -> Points {
        self.lots.sum() - self.owed
    }

    /// Gives points earned on `day`; what is owed is paid first.
    pub fn give(&mut self, day: Day, points: Points) {
        let paid = points.min(self.owed).max(Points::ZERO);
        self.owed -= paid;
        self.lots.add(day, points - paid);
        self.earned += points;
    }

    /// Takes back points that were earned on `day`; what is no longer there is owed.
    pub fn take_back(&mut self, day: Day, points: Points) {
        self.owed += self.lots.take(Some(day), points);
        self.earned -= points;
    }

    /// Counts a document into the month of `day`: its amount (below zero for a return) and its visits.
    pub fn count(&mut self, day: Day, amount: Cents, visits: i32) {
        self.spend = self.spend + amount;
        self.visits = self.visits.saturating_add_signed(visits);
        self.add_to_month(day.month(), amount, visits);
    }

    /// Notes that the person did something at `instant`; an earlier one changes nothing.
    pub fn active_at(&mut self, instant: Instant) {
        self.last_activity = self.last_activity.max(Some(instant));
    }

    /// Notes where and when a sale was made; an earlier one changes nothing.
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

    /// Takes everything of another account of the same person into this one and empties the other.
    pub fn absorb(&mut self, other: &mut Self) {
        let other = std::mem::take(other);
        for lot in other.lots.as_slice() {
            self.lots.add(lot.day, lot.remaining);
        }
        self.owed += other.owed;
        let paid = self.owed.min(self.lots.sum());
        self.owed = self.owed - paid + self.lots.take(None, paid);
        self.earned += other.earned;
        self.visits = self.visits.saturating_add(other.visits);
        self.spend = self.spend + other.spend;
        for bucket in other.months {
            self.add_to_month(
                bucket.month,
                bucket.spend,
                i32::try_from(bucket.visits).unwrap_or(i32::MAX),
            );
        }
        self.last_activity = self.last_activity.max(other.last_activity);
        if let (Some(day), Some(establishment)) = (other.last_purchase, other.last_establishment) {
            self.bought(day, &establishment);
        }
    }

    fn add_to_month(&mut self, month: Month, amount: Cents, visits: i32) {
        let index = match self.months.binary_search_by_key(&month, |bucket| bucket.month) {
            Ok(index) => index,
            Err(index) => {
                self.months.insert(index, MonthBucket { month, spend: Cents::ZERO, visits: 0 });
                index
            }
        };
        let bucket = &mut self.months[index];
        bucket.spend = bucket.spend + amount;
        bucket.visits = bucket.visits.saturating_add_signed(visits);
        let forgotten = self.months.len().saturating_sub(MONTHS_KEPT);
        self.months.drain(..forgotten);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn points_owed_are_paid_by_the_next_ones_earned() {
        let mut account = Account::default();
        account.give(day("2026-01-01"), Points::new(10));
        account.take_back(day("2026-01-02"), Points::new(15));
        assert_eq!((account.balance(), account.owed), (Points::new(-5), Points::new(5)));
        account.give(day("2026-01-03"), Points::new(8));
        assert_eq!((account.balance(), account.owed), (Points::new(3), Points::ZERO));
    }

    #[test]
    fn an_account_remembers_three_years_of_months() {
        let mut account = Account::default();
        let first = day("2020-01-15");
        for month in 0..40 {
            account.count(first.plus_months(month), Cents::new(100), 1);
        }
        assert_eq!(account.months.len(), MONTHS_KEPT);
        assert_eq!(account.months[0].month, first.plus_months(4).month());
        assert_eq!((account.spend, account.visits), (Cents::new(4_000), 40));
    }

    #[test]
    fn a_merged_account_brings_its_points_and_its_debts() {
        let mut kept = Account::default();
        kept.give(day("2026-01-01"), Points::new(10));
        kept.count(day("2026-01-01"), Cents::new(1_000), 1);
        let mut absorbed = Account::default();
        absorbed.take_back(day("2026-01-01"), Points::new(4));
        absorbed.count(day("2026-02-01"), Cents::new(500), 1);
        kept.absorb(&mut absorbed);
        assert_eq!((kept.balance(), kept.owed), (Points::new(6), Points::ZERO));
        assert_eq!((kept.spend, kept.visits, kept.months.len()), (Cents::new(1_500), 2, 2));
        assert_eq!(absorbed, Account::default());
    }
}
