//! Undoing a merge: two members who were taken for one person are two members again.
//!
//! The absorbed member gets back what it contributed, as far as it is still there. Everything that
//! happened since the merge stays with the survivor. So points are given back lot by lot: what is left of
//! the lot of a day goes first to the absorbed member, since the survivor spent the rest. Points that are
//! no longer there were spent or have expired, and no member owes them. Debts are exact: each member has
//! its own debt again, and the points that paid the other member's debt come back.

use super::Person;
use super::consent::Consents;
use crate::ledger::gift::GiftsReceived;
use crate::ledger::lots::{Lot, Lots};
use crate::ledger::merge::{GiftsTakenBack, return_gifts};
use crate::{Account, Day, Points, RegistrationStep, Sector, retention};

/// The survivor and the absorbed account as they were before the merge.
#[derive(Clone)]
pub struct BeforeMerge {
    /// The survivor's account.
    pub survivor: Account,
    /// The absorbed member's account.
    pub absorbed: Account,
    /// When the survivor was invited.
    pub invited: Option<RegistrationStep>,
    /// The gifts that the merge took back.
    pub gifts: GiftsTakenBack,
}

/// One of the two members of a merge.
pub struct Side<'m> {
    /// The person.
    pub person: &'m mut Person,
    /// The account.
    pub account: &'m mut Account,
}

/// The points that the absorbed member contributed: those given back, and those that are gone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GivenBack {
    /// Points in lots that went back to the absorbed member.
    pub given: Points,
    /// Points that are no longer there.
    pub not_given: Points,
}

/// Undoes a merge of `absorbed` into `survivor`. The members `still_merged` stay merged into the survivor. The absorbed
/// member gets a new day in the due index, `today` at the earliest. The day of the survivor stays, or becomes an earlier
/// one.
#[must_use]
pub fn unmerge(
    survivor: Side<'_>,
    absorbed: Side<'_>,
    still_merged: &[Person],
    before: &BeforeMerge,
    sector: Sector,
    today: Day,
) -> GivenBack {
    let (own, other) = (survivor.person, absorbed.person);
    if own.invited == other.invited {
        own.invited = before.invited;
    }
    let oppositions: Vec<&Consents> = still_merged.iter().map(|person| &person.consents).collect();
    own.consents.separate(&mut other.consents, &oppositions);
    own.absorbed.retain(|id| *id != other.id);
    other.merged_into = None;
    let (account, given_back) = separate_accounts(survivor.account, before, today);
    *absorbed.account = account;
    let due_of = |person: &Person, account: &Account| {
        retention::deadline(person, account, sector).0.max(today)
    };
    own.due = own.due.map(|due| due.min(due_of(own, survivor.account)));
    other.due = Some(due_of(other, absorbed.account));
    given_back
}

/// Takes out of the survivor's account what the absorbed member contributed. Returns the account of the
/// absorbed member.
fn separate_accounts(
    survivor: &mut Account,
    before: &BeforeMerge,
    today: Day,
) -> (Account, GivenBack) {
    let BeforeMerge { survivor: own, absorbed: contributed, .. } = before;
    let mut back = Account { lots: Lots::default(), ..contributed.clone() };
    let mut given_back = GivenBack::default();
    return_gifts(survivor, &before.gifts, today);
    // The part of the survivor's debt that the merge paid with the contributed lots.
    let mut repaid = own.owed.min(contributed.lots.sum());
    for lot in contributed.lots.as_slice() {
        let left = take_lot(survivor, lot);
        let missing = lot.remaining - left;
        let owed_again = missing.min(repaid);
        repaid -= owed_again;
        survivor.owed += owed_again;
        back.lots.add(Lot { remaining: left + owed_again, ..*lot });
        given_back.given += left + owed_again;
        given_back.not_given += missing - owed_again;
    }
    take_out_debt(survivor, own, contributed.owed, today);
    survivor.earned -= contributed.earned;
    survivor.spend = survivor.spend - contributed.spend;
    survivor.visits = survivor.visits.saturating_sub(contributed.visits);
    for month in &contributed.months {
        if let Some(bucket) = survivor.months.iter_mut().find(|bucket| bucket.month == month.month)
        {
            bucket.spend = bucket.spend - month.spend;
            bucket.visits = bucket.visits.saturating_sub(month.visits);
            bucket.earned -= month.earned;
        }
    }
    separate_activity(survivor, own, &mut back);
    separate_limits(survivor, own, &back);
    (back, given_back)
}

/// Takes what is left of a contributed lot, up to its points.
fn take_lot(account: &mut Account, lot: &Lot) -> Points {
    let same = |held: &Lot| held.day == lot.day && held.granted == lot.granted;
    let taken = account.lots.draw(lot.remaining, |held| same(held).then_some(()));
    taken.iter().map(|lot| lot.remaining).sum()
}

/// Takes out of the survivor's account the debt that the absorbed member contributed. The points that paid
/// the debt come back. Points that the merge took from a lot get the day of that lot. Points earned since
/// the merge get the day `today`, so that no point expires early.
fn take_out_debt(survivor: &mut Account, own: &Account, debt: Points, today: Day) {
    let unpaid = debt.min(survivor.owed);
    survivor.owed -= unpaid;
    let mut paid = debt - unpaid;
    for lot in own.lots.as_slice() {
        let from_lot = paid.min(lot.remaining);
        survivor.lots.add(Lot { remaining: from_lot, ..*lot });
        paid -= from_lot;
    }
    survivor.lots.add(Lot { day: today, granted: true, remaining: paid });
    let due = survivor.owed.min(survivor.lots.sum());
    survivor.owed = survivor.owed - due + survivor.lots.take(None, due);
}

/// Gives the survivor its own gifts and its own limits again. Corrections and birthdays since the merge stay with
/// the survivor.
fn separate_limits(survivor: &mut Account, own: &Account, back: &Account) {
    let birthday = if survivor.birthday_year == own.birthday_year.max(back.birthday_year) {
        own.gifts.birthday
    } else {
        survivor.gifts.birthday
    };
    survivor.gifts = GiftsReceived { birthday, ..own.gifts };
    survivor.separate_days(&back.days);
    if let Some(contributed) = back.adjusted
        && survivor.adjusted.is_some_and(|adjusted| adjusted.day == contributed.day)
    {
        survivor.count_adjusted(contributed.day, -contributed.points);
    }
}

/// Gives each member its own activation and its own last activity again. Activity since the merge stays with both,
/// since either of them may have been active.
fn separate_activity(survivor: &mut Account, own: &Account, back: &mut Account) {
    if survivor.last_activity > own.last_activity.max(back.last_activity) {
        back.last_activity = survivor.last_activity;
    } else {
        survivor.last_activity = own.last_activity;
    }
    if survivor.activated == back.activated {
        survivor.activated = own.activated;
    }
    let last_sale = |account: &Account| (account.last_purchase, account.last_establishment.clone());
    if last_sale(survivor) == last_sale(back) {
        (survivor.last_purchase, survivor.last_establishment) = last_sale(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::Given;
    use crate::{Cents, EstablishmentId, Instant};
    use proptest::prelude::*;
    use rstest::rstest;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn today() -> Day {
        day("2026-11-24")
    }

    fn points(count: i64) -> Points {
        Points::new(count)
    }

    fn account(lots: &[(&str, i64)], owed: i64) -> Account {
        let mut account = Account::default();
        for (on, count) in lots {
            account.give(Given::by_sale(day(on)), points(*count));
            account.count(day(on), Cents::new(100 * count), 1);
        }
        account.take_back(today(), points(owed));
        account
    }

    fn lots(account: &Account) -> Vec<(String, i64)> {
        let lots = account.lots.as_slice().iter();
        lots.map(|Lot { day, remaining, .. }| (day.to_string(), remaining.get())).collect()
    }

    fn merged(survivor: &Account, absorbed: &Account) -> (Account, BeforeMerge) {
        let before = BeforeMerge {
            survivor: survivor.clone(),
            absorbed: absorbed.clone(),
            invited: None,
            gifts: GiftsTakenBack::default(),
        };
        let (mut both, mut emptied) = (survivor.clone(), absorbed.clone());
        both.absorb(&mut emptied);
        (both, before)
    }

    #[rstest]
    #[case::lots_of_other_days(account(&[("2026-01-01", 10)], 0), account(&[("2026-02-01", 5)], 0))]
    #[case::lots_of_one_day(account(&[("2026-01-01", 10)], 0), account(&[("2026-01-01", 5)], 0))]
    #[case::a_debt_brought_in(account(&[("2026-01-01", 10)], 0), account(&[], 4))]
    #[case::a_larger_one(account(&[("2026-01-01", 10)], 0), account(&[], 14))]
    #[case::a_debt_of_the_survivor(account(&[], 4), account(&[("2026-01-01", 10)], 0))]
    #[case::a_larger_one_still(account(&[], 14), account(&[("2026-01-01", 10)], 0))]
    #[case::both_in_debt(account(&[], 3), account(&[], 4))]
    fn undoing_a_merge_at_once_leaves_both_members_as_they_were(
        #[case] survivor: Account,
        #[case] absorbed: Account,
    ) {
        let (mut both, before) = merged(&survivor, &absorbed);
        let (back, given_back) = separate_accounts(&mut both, &before, today());
        both.months.retain(|month| month.visits > 0 || month.earned != Points::ZERO);
        assert_eq!(both, survivor);
        assert_eq!(back, absorbed);
        let everything = GivenBack { given: absorbed.lots.sum(), not_given: Points::ZERO };
        assert_eq!(given_back, everything);
    }

    #[test]
    fn points_spent_since_the_merge_were_spent_by_the_survivor_first() {
        let (survivor, absorbed) =
            (account(&[("2026-01-01", 10)], 0), account(&[("2026-01-01", 10)], 0));
        let (mut both, before) = merged(&survivor, &absorbed);
        assert_eq!(both.lots.take(None, points(15)), Points::ZERO);
        let (back, given_back) = separate_accounts(&mut both, &before, today());
        assert_eq!(lots(&both), []);
        assert_eq!(lots(&back), [("2026-01-01".to_owned(), 5)]);
        assert_eq!(given_back, GivenBack { given: points(5), not_given: points(5) });
    }

    #[test]
    fn points_that_are_gone_are_owed_by_no_member_and_paid_with_no_other_points() {
        let (survivor, absorbed) =
            (account(&[("2026-03-01", 10)], 0), account(&[("2026-01-01", 10)], 0));
        let (mut both, before) = merged(&survivor, &absorbed);
        assert_eq!(both.lots.take(None, points(10)), Points::ZERO, "the oldest are spent first");
        let (back, given_back) = separate_accounts(&mut both, &before, today());
        assert_eq!(both.sum(), points(10));
        assert_eq!(back.sum(), Points::ZERO);
        assert_eq!(given_back, GivenBack { given: Points::ZERO, not_given: points(10) });
    }

    #[test]
    fn points_and_purchases_since_the_merge_stay_with_the_survivor() {
        let (survivor, absorbed) =
            (account(&[("2026-01-01", 10)], 0), account(&[("2026-02-01", 5)], 0));
        let (mut both, before) = merged(&survivor, &absorbed);
        both.give(Given::by_sale(today()), points(7));
        both.count(today(), Cents::new(700), 1);
        let paris = EstablishmentId::parse("paris").unwrap();
        both.bought(today(), &paris);
        both.active_at(Instant::UNIX_EPOCH);
        let (back, _) = separate_accounts(&mut both, &before, today());
        assert_eq!(both.sum(), points(17));
        assert_eq!(both.earned, points(17));
        assert_eq!(both.visits, 2);
        assert_eq!(both.spend, Cents::new(1_700));
        assert_eq!(both.last_purchase, Some(today()));
        assert_eq!(back.sum(), points(5));
        assert_eq!(back.visits, 1);
        assert_eq!(back.last_purchase, None);
        assert_eq!(back.last_activity, Some(Instant::UNIX_EPOCH), "it may have been either");
    }

    proptest! {
        #[test]
        fn undoing_a_merge_neither_loses_nor_makes_points(
            own in prop::collection::vec((0_i32..40, 1_i64..50), 0..8), own_debt in 0_i64..200,
            other in prop::collection::vec((0_i32..40, 1_i64..50), 0..8), other_debt in 0_i64..200,
            since in prop::collection::vec((0_i32..40, -60_i64..60), 0..12),
        ) {
            let of = |lots: Vec<(i32, i64)>, debt: i64| {
                let mut account = Account::default();
                for (on, count) in lots {
                    account.give(Given::by_sale(Day::from_ordinal(on)), points(count));
                }
                account.take_back(Day::from_ordinal(0), points(debt));
                account
            };
            let (survivor, absorbed) = (of(own, own_debt), of(other, other_debt));
            let (mut both, before) = merged(&survivor, &absorbed);
            for (on, count) in since {
                if count > 0 {
                    both.give(Given::by_sale(Day::from_ordinal(on)), points(count));
                } else {
                    both.take_back(Day::from_ordinal(on), points(-count));
                }
            }
            let whole = both.sum();
            let (back, given_back) = separate_accounts(&mut both, &before, Day::from_ordinal(50));
            prop_assert_eq!(both.sum() + back.sum(), whole);
            prop_assert_eq!(back.sum() + given_back.not_given, absorbed.sum());
            prop_assert!(given_back.given >= Points::ZERO && given_back.not_given >= Points::ZERO);
            for account in [&both, &back] {
                prop_assert!(account.owed >= Points::ZERO);
                prop_assert!(account.owed == Points::ZERO || account.lots.sum() == Points::ZERO);
            }
        }
    }
}
