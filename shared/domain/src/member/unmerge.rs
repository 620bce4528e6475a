//! A merge undone: two members who were taken for one person are apart again.
//!
//! What the absorbed one brought in goes back to it, as far as it is still there; whatever happened to
//! the kept one since stays the kept one's. So points are given back lot by lot: what is left of the
//! lot of a day goes first to the absorbed one, since what was spent of it meanwhile was spent by the
//! kept one. What is no longer there was spent or has expired, and nobody is made to owe it. Debts are
//! exact: each has its own again, and the points that paid the other's come back.

use crate::ledger::lots::Lot;
use crate::{Account, Channel, Consents, Day, Instant, Person, Points, Sector, retention};

/// What a merge found of the one it kept, and of the account it emptied.
#[derive(Clone)]
pub struct BeforeMerge {
    /// The kept one's account.
    pub kept: Account,
    /// The absorbed one's account.
    pub absorbed: Account,
    /// The kept one's consents.
    pub consents: Consents,
    /// When the kept one was invited.
    pub invited_at: Option<Instant>,
    /// When the kept one's card was activated.
    pub activated_at: Option<Instant>,
}

/// A member as a merge and its undoing change it.
pub struct Side<'m> {
    /// Who.
    pub person: &'m mut Person,
    /// With which points.
    pub account: &'m mut Account,
}

/// What could be given back, and what could not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GivenBack {
    /// Points in lots that went back to the absorbed one.
    pub given: Points,
    /// Points that the absorbed one had brought in and that are no longer there.
    pub not_given: Points,
}

/// Undoes a merge of `absorbed` into `kept`. Both get the day on which retention looks at them anew, at
/// the earliest `today`.
#[must_use]
pub fn unmerge(
    kept: Side<'_>,
    absorbed: Side<'_>,
    before: &BeforeMerge,
    sector: Sector,
    today: Day,
) -> GivenBack {
    let (own, other) = (kept.person, absorbed.person);
    if own.invited_at == other.invited_at {
        own.invited_at = before.invited_at;
    }
    if own.activated_at == other.activated_at {
        own.activated_at = before.activated_at;
    }
    part_consents(&mut own.consents, &before.consents, &mut other.consents);
    own.absorbed.retain(|id| *id != other.id);
    other.merged_into = None;
    let (account, given_back) = part_account(kept.account, before, today);
    *absorbed.account = account;
    let looks_at = |person: &Person, account: &Account| {
        retention::deadline(person, account, sector).0.max(today)
    };
    own.due = own.due.map(|due| due.min(looks_at(own, kept.account)));
    other.due = Some(looks_at(other, absorbed.account));
    given_back
}

/// An opposition that the merge brought leaves with the one who said it; one said since holds for both,
/// since nobody can tell which of the two it was.
fn part_consents(kept: &mut Consents, before: &Consents, absorbed: &mut Consents) {
    for channel in Channel::ALL {
        let now = kept.of(channel).opposition;
        let (own, other) = (before.of(channel).opposition, absorbed.of(channel).opposition);
        if now == other {
            kept.of_mut(channel).opposition = own;
        } else if let Some(said_since) = now.filter(|_| now != own) {
            absorbed.of_mut(channel).oppose(said_since);
        }
    }
}

/// Takes out of an account what the absorbed one had brought in: the account that one gets back.
fn part_account(kept: &mut Account, before: &BeforeMerge, today: Day) -> (Account, GivenBack) {
    let BeforeMerge { kept: own, absorbed: brought, .. } = before;
    let mut back = Account { lots: crate::ledger::lots::Lots::default(), ..brought.clone() };
    let mut told = GivenBack::default();
    // What the merge paid of the kept one's debt with the lots brought in.
    let mut repaid = own.owed.min(brought.lots.sum());
    for lot in brought.lots.as_slice() {
        let there = take_of(kept, lot);
        let missing = lot.remaining - there;
        let owed_again = missing.min(repaid);
        repaid -= owed_again;
        kept.owed += owed_again;
        back.lots.add(Lot { remaining: there + owed_again, ..*lot });
        told.given += there + owed_again;
        told.not_given += missing - owed_again;
    }
    take_over_debt(kept, own, brought.owed, today);
    kept.earned -= brought.earned;
    kept.spend = kept.spend - brought.spend;
    kept.visits = kept.visits.saturating_sub(brought.visits);
    for month in &brought.months {
        if let Some(bucket) = kept.months.iter_mut().find(|bucket| bucket.month == month.month) {
            bucket.spend = bucket.spend - month.spend;
            bucket.visits = bucket.visits.saturating_sub(month.visits);
            bucket.earned -= month.earned;
        }
    }
    part_activity(kept, own, &mut back);
    (back, told)
}

/// Takes what is left of a lot, up to its points.
fn take_of(account: &mut Account, lot: &Lot) -> Points {
    let same = |held: &Lot| held.day == lot.day && held.granted == lot.granted;
    let taken = account.lots.draw(lot.remaining, |held| same(held).then_some(()));
    taken.iter().map(|lot| lot.remaining).sum()
}

/// A debt that the absorbed one brought in is its own again. The points that paid it come back to the
/// days the merge took them from, and those earned since to `today`, which takes none early.
fn take_over_debt(kept: &mut Account, own: &Account, debt: Points, today: Day) {
    let unpaid = debt.min(kept.owed);
    kept.owed -= unpaid;
    let mut paid = debt - unpaid;
    for lot in own.lots.as_slice() {
        let from_it = paid.min(lot.remaining);
        kept.lots.add(Lot { remaining: from_it, ..*lot });
        paid -= from_it;
    }
    kept.lots.add(Lot { day: today, granted: true, remaining: paid });
    let due = kept.owed.min(kept.lots.sum());
    kept.owed = kept.owed - due + kept.lots.take(None, due);
}

/// Each has its own last use again; what was done since may have been either's.
fn part_activity(kept: &mut Account, own: &Account, back: &mut Account) {
    if kept.last_activity > own.last_activity.max(back.last_activity) {
        back.last_activity = kept.last_activity;
    } else {
        kept.last_activity = own.last_activity;
    }
    let told_by = |account: &Account| (account.last_purchase, account.last_establishment.clone());
    if told_by(kept) == told_by(back) {
        (kept.last_purchase, kept.last_establishment) = told_by(own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::account::Given;
    use crate::ledger::lots::Lot;
    use crate::member::consent;
    use crate::{Cents, EstablishmentId};
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

    fn merged(kept: &Account, absorbed: &Account) -> (Account, BeforeMerge) {
        let before = BeforeMerge {
            kept: kept.clone(),
            absorbed: absorbed.clone(),
            consents: Consents::default(),
            invited_at: None,
            activated_at: None,
        };
        let (mut both, mut emptied) = (kept.clone(), absorbed.clone());
        both.absorb(&mut emptied);
        (both, before)
    }

    #[rstest]
    #[case::lots_of_other_days(account(&[("2026-01-01", 10)], 0), account(&[("2026-02-01", 5)], 0))]
    #[case::lots_of_one_day(account(&[("2026-01-01", 10)], 0), account(&[("2026-01-01", 5)], 0))]
    #[case::a_debt_brought_in(account(&[("2026-01-01", 10)], 0), account(&[], 4))]
    #[case::a_larger_one(account(&[("2026-01-01", 10)], 0), account(&[], 14))]
    #[case::a_debt_of_the_kept(account(&[], 4), account(&[("2026-01-01", 10)], 0))]
    #[case::a_larger_one_still(account(&[], 14), account(&[("2026-01-01", 10)], 0))]
    #[case::both_in_debt(account(&[], 3), account(&[], 4))]
    fn a_merge_undone_at_once_leaves_both_as_they_were(
        #[case] kept: Account,
        #[case] absorbed: Account,
    ) {
        let (mut both, before) = merged(&kept, &absorbed);
        let (back, told) = part_account(&mut both, &before, today());
        both.months.retain(|month| month.visits > 0 || month.earned != Points::ZERO);
        assert_eq!((&both, &back), (&kept, &absorbed));
        assert_eq!((told.given, told.not_given), (absorbed.lots.sum(), Points::ZERO));
    }

    #[test]
    fn what_was_spent_of_a_lot_was_spent_by_the_kept_one_first() {
        let (kept, absorbed) =
            (account(&[("2026-01-01", 10)], 0), account(&[("2026-01-01", 10)], 0));
        let (mut both, before) = merged(&kept, &absorbed);
        assert_eq!(both.lots.take(None, points(15)), Points::ZERO);
        let (back, told) = part_account(&mut both, &before, today());
        assert_eq!((lots(&both), lots(&back)), (vec![], vec![("2026-01-01".to_owned(), 5)]));
        assert_eq!(told, GivenBack { given: points(5), not_given: points(5) });
    }

    #[test]
    fn nobody_owes_what_is_no_longer_there_and_nobody_pays_with_other_points() {
        let (kept, absorbed) =
            (account(&[("2026-03-01", 10)], 0), account(&[("2026-01-01", 10)], 0));
        let (mut both, before) = merged(&kept, &absorbed);
        assert_eq!(both.lots.take(None, points(10)), Points::ZERO, "the oldest are spent first");
        let (back, told) = part_account(&mut both, &before, today());
        assert_eq!((both.sum(), back.sum()), (points(10), Points::ZERO));
        assert_eq!(told, GivenBack { given: Points::ZERO, not_given: points(10) });
    }

    #[test]
    fn what_the_kept_one_earned_and_bought_since_stays_its_own() {
        let (kept, absorbed) =
            (account(&[("2026-01-01", 10)], 0), account(&[("2026-02-01", 5)], 0));
        let (mut both, before) = merged(&kept, &absorbed);
        both.give(Given::by_sale(today()), points(7));
        both.count(today(), Cents::new(700), 1);
        let paris = EstablishmentId::parse("paris").unwrap();
        both.bought(today(), &paris);
        both.active_at(Instant::UNIX_EPOCH);
        let (back, _) = part_account(&mut both, &before, today());
        assert_eq!((both.sum(), both.earned, both.visits), (points(17), points(17), 2));
        assert_eq!((both.spend, both.last_purchase), (Cents::new(1_700), Some(today())));
        assert_eq!((back.sum(), back.visits, back.last_purchase), (points(5), 1, None));
        assert_eq!(back.last_activity, Some(Instant::UNIX_EPOCH), "it may have been either");
    }

    #[test]
    fn an_opposition_leaves_with_the_one_who_said_it_and_a_later_one_holds_for_both() {
        let at = |second| consent::Opposition {
            at: Instant::from_second(second).unwrap(),
            reason: consent::OppositionReason::Stop,
        };
        let (mut own, mut other) = (Consents::default(), Consents::default());
        own.email.oppose(at(1));
        other.sms.oppose(at(2));
        let mut both = own.clone();
        both.absorb(&other);
        both.postal.oppose(at(3));
        part_consents(&mut both, &own, &mut other);
        assert!(both.email.is_opposed() && !both.sms.is_opposed() && both.postal.is_opposed());
        assert!(!other.email.is_opposed() && other.sms.is_opposed() && other.postal.is_opposed());
    }

    proptest! {
        #[test]
        fn no_point_is_lost_or_made_by_undoing_a_merge(
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
            let (kept, absorbed) = (of(own, own_debt), of(other, other_debt));
            let (mut both, before) = merged(&kept, &absorbed);
            for (on, count) in since {
                if count > 0 {
                    both.give(Given::by_sale(Day::from_ordinal(on)), points(count));
                } else {
                    both.take_back(Day::from_ordinal(on), points(-count));
                }
            }
            let whole = both.sum();
            let (back, told) = part_account(&mut both, &before, Day::from_ordinal(50));
            prop_assert_eq!(both.sum() + back.sum(), whole);
            prop_assert_eq!(back.sum() + told.not_given, absorbed.sum());
            prop_assert!(told.given >= Points::ZERO && told.not_given >= Points::ZERO);
            for account in [&both, &back] {
                prop_assert!(account.owed >= Points::ZERO);
                prop_assert!(account.owed == Points::ZERO || account.lots.sum() == Points::ZERO);
            }
        }
    }
}
