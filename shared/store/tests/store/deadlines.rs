//! The index `due`: the entry of each member, and its moves to another day.

use crate::fixture::{Fixture, now};
use domain::{Day, DomainError, MemberError, MemberId, Month, Registration};
use store::{
    Customer, Due, DueBucket, DueMember, NewMember, PurchaseToRecord, Scope, Source, Store,
    StoreError,
};
use support::{Table, instant, mobile, sale};

/// The night after three years from the creation of the members, who are not invited.
const DUE: &str = "2029-11-25";

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

async fn enrol(store: &Store, scope: &Scope, number: u16) -> MemberId {
    let (details, enrolment) = (domain::member::Details::default(), domain::Enrolment::Till);
    let new = NewMember { mobile: mobile(number), details, enrolment };
    store.create_member(scope, &new, now()).await.unwrap().0.person.id
}

fn bucket(month: Month, member: MemberId) -> DueBucket {
    DueBucket { month, shard: member.shard() }
}

/// The days of a member's entries in the months up to 2031.
async fn days(store: &Store, member: MemberId) -> Vec<Day> {
    let mut days = vec![];
    for month in day("2026-11-01").month().ordinal()..day("2031-01-01").month().ordinal() {
        let bucket = bucket(Month::from_ordinal(month), member);
        let page = store.due(bucket, day("2031-12-31"), None).await.unwrap();
        assert!(page.unreadable == 0 && page.next.is_none());
        days.extend(page.due.into_iter().filter_map(|due| match due {
            Due::Member { member: id, day, .. } => (id == member).then_some(day),
            Due::Merchant { .. } => None,
        }));
    }
    days
}

#[tokio::test]
async fn a_purchase_moves_the_deadline_without_a_write_to_the_index() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let id = enrol(&store, &scope, 1).await;
    let before = store.member(&scope, id).await.unwrap();
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("1", 1_000),
        source: Source::Operator,
    };
    store.record_purchase(&scope, &Customer::Member(id), &entry, now()).await.unwrap();
    let after = store.member(&scope, id).await.unwrap();
    assert!(before.person == after.person, "the person was written");
    assert!(before.account.last_activity < after.account.last_activity);
    assert_eq!(days(&store, id).await, [day(DUE)]);
}

#[tokio::test]
async fn a_member_is_due_on_its_day_and_not_before() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let id = enrol(&store, &scope, 1).await;
    let bucket = bucket(day(DUE).month(), id);
    for (until, earliest) in [("2029-11-24", None), (DUE, Some(day(DUE)))] {
        assert_eq!(store.earliest_due(bucket, day(until)).await.unwrap(), earliest);
        let page = store.due(bucket, day(until), None).await.unwrap();
        assert_eq!(page.due.len(), usize::from(earliest.is_some()));
    }
    for (before, count) in [(DUE, 0), ("2029-11-26", 1)] {
        assert_eq!(store.due_before(bucket, day(before)).await.unwrap(), count);
    }
}

#[tokio::test]
async fn an_entry_moves_only_if_the_person_has_not_changed_since_it_was_read() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let id = enrol(&store, &scope, 1).await;
    let DueMember::Member(read) = store.due_member(&scope, id).await.unwrap() else {
        panic!("no member")
    };
    let registration = Registration { invited_at: Some(now()), activated_at: None };
    store.register(&scope, id, &registration, now()).await.unwrap();
    assert!(!store.rearm(&scope, &read.person, day("2030-01-15")).await.unwrap());
    assert_eq!(days(&store, id).await, [day("2027-02-25")]);
    let DueMember::Member(read) = store.due_member_fresh(&scope, id).await.unwrap() else {
        panic!("no member")
    };
    assert!(store.rearm(&scope, &read.person, day("2030-01-15")).await.unwrap());
    assert_eq!(days(&store, id).await, [day("2030-01-15")]);
    // A correction writes the whole person, and the new day stays.
    store.change_mobile(&scope, id, &mobile(2), now()).await.unwrap();
    assert_eq!(days(&store, id).await, [day("2030-01-15")]);
}

#[tokio::test]
async fn of_two_merged_members_one_is_in_the_index_and_either_activation_counts() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let (survivor, absorbed) = (enrol(&store, &scope, 1).await, enrol(&store, &scope, 2).await);
    let activated_at = Some(now());
    let registration = Registration { invited_at: None, activated_at };
    store.register(&scope, absorbed, &registration, now()).await.unwrap();
    let merged = store.merge_members(&scope, survivor, absorbed, now()).await.unwrap();
    assert_eq!(merged.account.activated.map(|step| step.at), activated_at);
    assert_eq!(days(&store, survivor).await, [day(DUE)]);
    assert_eq!(days(&store, absorbed).await, []);
    let due = store.due_member(&scope, absorbed).await.unwrap();
    assert!(matches!(due, DueMember::Merged(into) if into == survivor));
}

#[tokio::test]
async fn a_registration_is_recorded_once_and_follows_a_merge() {
    let Fixture { table: _table, store, scope } = Fixture::open().await;
    let (survivor, absorbed) = (enrol(&store, &scope, 1).await, enrol(&store, &scope, 2).await);
    store.merge_members(&scope, survivor, absorbed, now()).await.unwrap();
    let invited = |at: &str| Registration { invited_at: Some(instant(at)), activated_at: None };
    let first =
        store.register(&scope, absorbed, &invited("2026-11-25T10:00:00Z"), now()).await.unwrap();
    assert_eq!(first.person.id, survivor);
    let again =
        store.register(&scope, survivor, &invited("2026-11-26T10:00:00Z"), now()).await.unwrap();
    assert!(again == first);
    let early = store.register(&scope, survivor, &invited("2025-11-26T10:00:00Z"), now()).await;
    assert!(matches!(
        early,
        Err(StoreError::Refused(DomainError::Member(MemberError::InvitedBeforeCreation)))
    ));
}

#[tokio::test]
async fn the_next_sweep_begins_at_the_saved_month() {
    let table = Table::start().await;
    let store = table.store();
    assert_eq!(store.first_month_to_sweep().await.unwrap(), None);
    for text in ["2026-11-01", "2026-12-01"] {
        let month = day(text).month();
        store.save_first_month(month).await.unwrap();
        assert_eq!(store.first_month_to_sweep().await.unwrap(), Some(month));
    }
}
