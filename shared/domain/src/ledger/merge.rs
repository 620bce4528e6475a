//! The accounts of two records of one person become one.

use crate::ledger::account::Account;
use crate::ledger::gift::SameBirthday;
use crate::ledger::lots::Lot;
use crate::ledger::spend::give_back;
use crate::programme::{Programmes, ReturnPolicy};
use crate::{Day, Points};
use std::cmp::{Ordering, Reverse};

/// The points that a merge took back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GiftsTakenBack {
    /// The points that were there, by their lots.
    pub lots: Vec<Lot>,
    /// The points that the member had spent, and owes since.
    pub owed: Points,
}

impl GiftsTakenBack {
    /// All points that were taken back.
    #[must_use]
    pub fn total(&self) -> Points {
        self.lots.iter().map(|lot| lot.remaining).sum::<Points>() + self.owed
    }
}

/// Adds `absorbed` to `survivor`, as [`Account::absorb`] does, and takes back the gifts that both had: of each pair
/// the smaller one, without the points that expired. Points that the member spent are owed or forgiven, by the
/// programme of `today`.
pub fn merge_accounts(
    survivor: &mut Account,
    absorbed: &mut Account,
    programmes: &Programmes,
    today: Day,
) -> GiftsTakenBack {
    let birthday = match survivor.birthday_year.cmp(&absorbed.birthday_year) {
        Ordering::Less => SameBirthday::No { last: absorbed.gifts.birthday },
        Ordering::Greater => SameBirthday::No { last: survivor.gifts.birthday },
        Ordering::Equal => SameBirthday::Yes,
    };
    let (gifts, twice) = survivor.gifts.join(absorbed.gifts, birthday);
    survivor.absorb(absorbed);
    survivor.gifts = gifts;
    let lots = survivor.lots.draw(twice, |lot| Some((!lot.granted, Reverse(lot.day))));
    let missing = twice - lots.iter().map(|lot| lot.remaining).sum();
    let owed = match programmes.returns_on(today) {
        ReturnPolicy::Negative => missing,
        ReturnPolicy::DownToZero => Points::ZERO,
    };
    survivor.owed += owed;
    GiftsTakenBack { lots, owed }
}

/// Gives back what a merge took back, because the two members are two persons. Points that the survivor owed and
/// has paid since get the day `today`.
pub(crate) fn return_gifts(survivor: &mut Account, taken: &GiftsTakenBack, today: Day) {
    give_back(survivor, &taken.lots);
    give_back(survivor, &[Lot { day: today, granted: true, remaining: taken.owed }]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::Given;
    use crate::ledger::expiry::expire;
    use crate::ledger::gift::{Gift, GiftsReceived};
    use crate::programme::{Expiry, Programme, Terms};
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn member(welcome: i64, birthday: i64, year: Option<i16>) -> Account {
        let mut account = Account::default();
        let points = Points::new(welcome + birthday);
        account.give(Given::freely(day("2026-01-01")), points);
        let (welcome, birthday) =
            (Gift::new(Points::new(welcome)), Gift::new(Points::new(birthday)));
        account.gifts = GiftsReceived { welcome, birthday, ..GiftsReceived::default() };
        account.birthday_year = year;
        account
    }

    #[rstest]
    #[case::both_were_welcomed(member(50, 0, None), member(50, 0, None), 50)]
    #[case::the_gift_had_changed(member(50, 0, None), member(20, 0, None), 50)]
    #[case::one_was_welcomed(member(50, 0, None), member(0, 0, None), 50)]
    #[case::the_same_birthday(member(0, 10, Some(2026)), member(0, 10, Some(2026)), 10)]
    #[case::birthdays_of_two_years(member(0, 10, Some(2025)), member(0, 10, Some(2026)), 20)]
    fn a_person_keeps_each_gift_once(
        #[case] mut survivor: Account,
        #[case] mut absorbed: Account,
        #[case] points: i64,
    ) {
        let before = survivor.sum() + absorbed.sum();
        let programmes = Programmes::default();
        let taken = merge_accounts(&mut survivor, &mut absorbed, &programmes, day("2026-02-01"));
        assert_eq!(survivor.sum(), Points::new(points));
        assert_eq!(survivor.sum() + taken.total(), before);
        return_gifts(&mut survivor, &taken, day("2026-03-01"));
        assert_eq!(survivor.sum(), before);
    }

    #[rstest]
    #[case::neither_expired(&[], 50, 50)]
    #[case::the_first_expired(&["2026-01-01"], 50, 0)]
    #[case::both_expired(&["2026-01-01", "2026-06-01"], 0, 0)]
    fn points_of_a_gift_that_expired_are_not_taken_back(
        #[case] expired: &[&str],
        #[case] taken: i64,
        #[case] left: i64,
    ) {
        let terms = Terms { expiry: Expiry::AfterEarning { months: 12 }, ..Terms::default() };
        let programme = Programme::from_stored(terms);
        let programmes = Programmes::new(vec![(Day::FIRST, programme)]);
        let welcomed = |on: &str| {
            let mut account = Account::default();
            account.give(Given::freely(day(on)), Points::new(50));
            account.gifts.welcome = Gift::new(Points::new(50));
            if expired.contains(&on) {
                expire(&mut account, day("2028-01-01"), &programmes);
            }
            account
        };
        let (mut survivor, mut absorbed) = (welcomed("2026-01-01"), welcomed("2026-06-01"));
        let gifts = merge_accounts(&mut survivor, &mut absorbed, &programmes, day("2027-02-01"));
        assert_eq!((gifts.total(), survivor.sum()), (Points::new(taken), Points::new(left)));
        let mut third = welcomed("2027-01-20");
        let again = merge_accounts(&mut survivor, &mut third, &programmes, day("2027-02-01"));
        assert_eq!((again.total(), survivor.sum()), (Points::new(50), Points::new(left)));
    }

    #[rstest]
    #[case(ReturnPolicy::Negative, -50)]
    #[case(ReturnPolicy::DownToZero, 0)]
    fn a_second_gift_that_was_spent_is_owed_or_forgiven(
        #[case] returns: ReturnPolicy,
        #[case] sum: i64,
    ) {
        let terms = Terms { returns, ..Terms::default() };
        let programme = Programme::from_stored(terms);
        let programmes = Programmes::new(vec![(Day::FIRST, programme)]);
        let (mut survivor, mut absorbed) = (member(50, 0, None), member(50, 0, None));
        for account in [&mut survivor, &mut absorbed] {
            account.lots = crate::ledger::lots::Lots::default();
        }
        merge_accounts(&mut survivor, &mut absorbed, &programmes, day("2026-02-01"));
        assert_eq!(survivor.sum(), Points::new(sum));
    }
}
