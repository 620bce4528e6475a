//! A dry run writes nothing, and tells what the night then does.

use crate::fixture::{CREATED, Fixture, night_of, person};
use domain::{Instant, MemberId, Sector};
use retention::{Action, DryRun, Night, Order, night};
use std::collections::BTreeMap;
use store::{Mode, Scope};
use support::{instant, merchant, open_merchant};

async fn told(fixture: &Fixture, day: &str, merchant: Option<String>) -> DryRun {
    let order = Order { today: Some(day.to_owned()), dry_run: true, merchant };
    let answer = night(&fixture.app, &order, night_of("2026-09-02"), Instant::MAX).await.unwrap();
    let Night::DryRun(told) = answer else { panic!("not dry") };
    told
}

fn actions(told: &DryRun) -> BTreeMap<String, (Action, String)> {
    let rows = told.rows.iter();
    rows.map(|row| (row.member.clone().unwrap(), (row.action, row.deadline.clone()))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_and_lists_what_the_night_then_does() {
    let fixture = Fixture::open(Sector::Retail).await;
    let store = &fixture.app.store;
    let never = fixture.enrol(1).await;
    let (used, unused) = (fixture.enrol(2).await, fixture.enrol(3).await);
    for member in [used, unused] {
        fixture.activate(member, "2026-09-10T10:00:00Z").await;
    }
    fixture.sell(used, "1", "2026-11-24").await;
    let before = fixture.dump().await;
    let row = |action, day: &str| (action, day.to_owned());

    let first = told(&fixture, "2026-12-01", None).await;
    assert_eq!(
        actions(&first),
        BTreeMap::from([
            (never.to_string(), row(Action::Erase, "2026-12-01")),
            (used.to_string(), row(Action::Rearm, "2029-11-24")),
            (unused.to_string(), row(Action::Rearm, "2029-09-10")),
        ])
    );
    assert_eq!((first.counts.erase_never_activated, first.counts.rearm), (1, 2));
    let erased = first.rows.iter().find(|row| row.action == Action::Erase).unwrap();
    assert_eq!((erased.reason, erased.mode), (Some("never_activated"), Some("live")));
    assert_eq!(erased.merchant, fixture.scope.settings.merchant.id.to_string());
    assert!(!first.more);
    assert_eq!(fixture.dump().await, before);
    assert!(fixture.queue.sent("/retention").is_empty());

    fixture.night("2026-12-01").await;
    assert!(!fixture.is_there(never).await);
    let due = |member: domain::Person| member.due.unwrap().to_string();
    for (member, day) in [(used, "2029-11-24"), (unused, "2029-09-10")] {
        assert_eq!(due(store.member(&fixture.scope, member).await.unwrap().person), day);
    }
    assert_eq!(told(&fixture, "2026-12-01", None).await.rows, []);
    let second = told(&fixture, "2026-12-02", None).await;
    assert_eq!(
        actions(&second),
        BTreeMap::from([(never.to_string(), row(Action::LookAgain, "2026-12-02"))])
    );
    let last = told(&fixture, "2029-11-24", None).await;
    assert_eq!((last.counts.erase_inactive, last.counts.look_again), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_one_merchant_tells_of_no_other() {
    let fixture = Fixture::open(Sector::Retail).await;
    let here = fixture.enrol(1).await;
    let other = merchant(Sector::Retail, 2);
    let there = open_merchant(&fixture.app.store, &other, instant(CREATED)).await;
    let test = Scope { settings: there.settings.clone(), mode: Mode::Test };
    let mut theirs: Vec<MemberId> = vec![];
    for scope in [&there, &test] {
        let made = fixture.app.store.create_member(scope, &person(1), instant(CREATED)).await;
        theirs.push(made.unwrap().0.person.id);
    }
    let all = told(&fixture, "2026-12-01", None).await;
    assert_eq!(all.counts.erase_never_activated, 3);
    let one = told(&fixture, "2026-12-01", Some(other.id.to_string())).await;
    assert_eq!(one.counts.erase_never_activated, 2);
    let told = actions(&one);
    assert!(theirs.iter().all(|member| told.contains_key(&member.to_string())));
    assert!(!told.contains_key(&here.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_out_of_time_says_so() {
    let fixture = Fixture::open(Sector::Retail).await;
    fixture.enrol(1).await;
    let order = Order { dry_run: true, ..Order::default() };
    let answer = night(&fixture.app, &order, night_of("2026-12-01"), Instant::MIN).await;
    assert!(answer.is_err());
}
