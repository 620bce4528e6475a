//! A segment: the members who are to receive a campaign. Consent is not part of a segment: it is checked
//! before every message.

use crate::{Account, CampaignError, Cents, Day, EstablishmentId, Points, Programmes};

/// A range of values. Each end may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between<T> {
    from: Option<T>,
    to: Option<T>,
}

impl<T> Default for Between<T> {
    fn default() -> Self {
        Self { from: None, to: None }
    }
}

impl<T: Copy + Ord> Between<T> {
    /// The values from `from` to `to`, both included. `None` leaves an end open.
    ///
    /// # Errors
    /// [`CampaignError::Segment`] where `from` is larger than `to`.
    pub fn new(from: Option<T>, to: Option<T>) -> Result<Self, CampaignError> {
        match (from, to) {
            (Some(from), Some(to)) if from > to => Err(CampaignError::Segment),
            _ => Ok(Self { from, to }),
        }
    }

    /// Both ends.
    #[must_use]
    pub const fn ends(&self) -> (Option<T>, Option<T>) {
        (self.from, self.to)
    }

    fn holds(&self, value: T) -> bool {
        self.from.is_none_or(|from| from <= value) && self.to.is_none_or(|to| value <= to)
    }

    const fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }
}

/// The conditions of a segment. A member is in the segment where the member meets every condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// Days since the last activity of any kind.
    pub days_since_activity: Between<i32>,
    /// Days since the last purchase.
    pub days_since_purchase: Between<i32>,
    /// Sales less returns, since the beginning.
    pub spend: Between<Cents>,
    /// Sales, and visits without a sale, since the beginning.
    pub visits: Between<u32>,
    /// The points that can be spent.
    pub balance: Between<Points>,
    /// The establishments of the last purchase; empty for any, or for no purchase yet.
    pub establishments: Vec<EstablishmentId>,
}

impl Segment {
    /// Checks that a member can be in the segment. A purchase is an activity, so the last activity is never
    /// older than the last purchase.
    ///
    /// # Errors
    /// [`CampaignError::Segment`].
    pub fn checked(self) -> Result<Self, CampaignError> {
        let ((idle_for, _), (_, bought_within)) =
            (self.days_since_activity.ends(), self.days_since_purchase.ends());
        match (idle_for, bought_within) {
            (Some(idle), Some(bought)) if idle > bought => Err(CampaignError::Segment),
            _ => Ok(self),
        }
    }

    /// Whether an account is in the segment on a day.
    #[must_use]
    pub fn holds(&self, account: &Account, today: Day, programmes: &Programmes) -> bool {
        let age = |day: Option<Day>| day.map(|day| today.ordinal() - day.ordinal());
        let aged = |range: &Between<i32>, day: Option<Day>| {
            range.is_open() || age(day).is_some_and(|days| range.holds(days))
        };
        let somewhere = self.establishments.is_empty()
            || account
                .last_establishment
                .as_ref()
                .is_some_and(|establishment| self.establishments.contains(establishment));
        somewhere
            && aged(&self.days_since_activity, account.last_active_day())
            && aged(&self.days_since_purchase, account.last_purchase)
            && self.spend.holds(account.spend)
            && self.visits.holds(account.visits)
            && (self.balance.is_open()
                || self.balance.holds(account.balance_on(today, programmes).available))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::Given;
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn customer() -> Account {
        let mut account = Account::default();
        account.give(Given::by_sale(day("2026-10-01")), Points::new(120));
        account.bought(day("2026-10-01"), &EstablishmentId::parse("paris-11").unwrap());
        account.count(day("2026-10-01"), Cents::new(4_000), 1);
        account
    }

    fn between<T: Copy + Ord>(from: Option<T>, to: Option<T>) -> Between<T> {
        Between::new(from, to).unwrap()
    }

    #[rstest]
    #[case(Segment::default(), true)]
    #[case(Segment { spend: between(Some(Cents::new(4_000)), None), ..Segment::default() }, true)]
    #[case(Segment { spend: between(Some(Cents::new(4_001)), None), ..Segment::default() }, false)]
    #[case(Segment { visits: between(None, Some(0)), ..Segment::default() }, false)]
    #[case(Segment { balance: between(Some(Points::new(100)), Some(Points::new(120))), ..Segment::default() }, true)]
    #[case(Segment { days_since_purchase: between(Some(30), Some(60)), ..Segment::default() }, true)]
    #[case(Segment { days_since_purchase: between(Some(32), None), ..Segment::default() }, false)]
    #[case(Segment { establishments: vec![EstablishmentId::parse("paris-11").unwrap()], ..Segment::default() }, true)]
    #[case(Segment { establishments: vec![EstablishmentId::parse("lyon").unwrap()], ..Segment::default() }, false)]
    fn a_member_is_in_a_segment_where_the_account_meets_its_conditions(
        #[case] segment: Segment,
        #[case] is_in: bool,
    ) {
        assert_eq!(segment.holds(&customer(), day("2026-11-01"), &Programmes::default()), is_in);
    }

    #[test]
    fn a_member_without_a_purchase_is_in_no_segment_of_buyers() {
        let segment = Segment { days_since_purchase: between(Some(0), None), ..Segment::default() };
        assert!(!segment.holds(&Account::default(), day("2026-11-01"), &Programmes::default()));
        assert!(Segment::default().holds(
            &Account::default(),
            day("2026-11-01"),
            &Programmes::default()
        ));
    }

    #[test]
    fn a_segment_that_contradicts_itself_is_refused() {
        assert_eq!(Between::new(Some(10), Some(5)), Err(CampaignError::Segment));
        assert!(Between::new(Some(5), Some(5)).is_ok());
    }

    #[rstest]
    #[case(Some(31), Some(30), false)]
    #[case(Some(30), Some(30), true)]
    #[case(Some(31), None, true)]
    #[case(None, Some(30), true)]
    fn a_segment_of_recent_buyers_who_were_inactive_for_longer_is_refused(
        #[case] idle_for: Option<i32>,
        #[case] bought_within: Option<i32>,
        #[case] somebody: bool,
    ) {
        let segment = Segment {
            days_since_activity: between(idle_for, None),
            days_since_purchase: between(None, bought_within),
            ..Segment::default()
        };
        assert_eq!(segment.checked().is_ok(), somebody);
    }
}
