//! A dry run writes nothing, and lists what the daily run does.

use crate::fixture::{CREATED, Fixture, person, scheduled_at};
use domain::{Credential, MemberId, Sector};
use platform::Deadline;
use retention::{Action, DryRun, Request, run};
use std::collections::BTreeMap;
use std::time::Duration;
use store::{Mode, Scope};
use support::{instant, merchant, open_merchant};

/// The action and the deadline of each member.
fn actions(listed: &DryRun) -> BTreeMap<String, (Action, String)> {
    let rows = listed.rows.iter();
    rows.map(|row| (row.member.clone().unwrap(), (row.action, row.deadline.clone()))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_writes_nothing_and_lists_what_the_daily_run_then_does() {
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

    let first = fixture.dry_run("2026-12-01", None).await;
    assert_eq!(
        actions(&first),
        BTreeMap::from([
            (never.to_string(), row(Action::Erase, "2026-12-01")),
            (used.to_string(), row(Action::Rearm, "2029-11-25")),
            (unused.to_string(), row(Action::Rearm, "2029-09-11")),
        ])
    );
    assert_eq!(first.counts.erase_never_activated, 1);
    assert_eq!(first.counts.rearm, 2);
    let erased = first.rows.iter().find(|row| row.action == Action::Erase).unwrap();
    assert_eq!(erased.reason, Some("never_activated"));
    assert_eq!(erased.mode, Some("live"));
    assert_eq!(erased.merchant, fixture.scope.settings.merchant.id.to_string());
    assert!(!first.more);
    assert_eq!(fixture.dump().await, before);
    assert!(fixture.queue.sent("/retention").is_empty());

    fixture.run_day("2026-12-01").await;
    assert!(!fixture.is_there(never).await);
    let due = |member: domain::Person| member.due.unwrap().to_string();
    for (member, day) in [(used, "2029-11-25"), (unused, "2029-09-11")] {
        assert_eq!(due(store.member(&fixture.scope, member).await.unwrap().person), day);
    }
    assert_eq!(fixture.dry_run("2026-12-01", None).await.rows, []);
    let second = fixture.dry_run("2026-12-02", None).await;
    assert_eq!(
        actions(&second),
        BTreeMap::from([(never.to_string(), row(Action::LookAgain, "2026-12-02"))])
    );
    let last = fixture.dry_run("2029-11-25", None).await;
    assert_eq!(last.counts.erase_inactive, 2);
    assert_eq!(last.counts.look_again, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_one_merchant_lists_no_other() {
    let fixture = Fixture::open(Sector::Retail).await;
    let here = fixture.enrol(1).await;
    let other = merchant(Sector::Retail, 2);
    let there = open_merchant(&fixture.app.store, &other, instant(CREATED)).await;
    let test = Scope {
        settings: there.settings.clone(),
        mode: Mode::Test,
        credential: Credential::Service,
    };
    let mut theirs: Vec<MemberId> = vec![];
    for scope in [&there, &test] {
        let made = fixture.app.store.create_member(scope, &person(1), instant(CREATED)).await;
        let member = made.unwrap().0.person.id;
        let invited_at = Some(instant(CREATED));
        let invitation = domain::Registration { invited_at, activated_at: None };
        fixture.app.store.register(scope, member, &invitation, instant(CREATED)).await.unwrap();
        theirs.push(member);
    }
    let all = fixture.dry_run("2026-12-01", None).await;
    assert_eq!(all.counts.erase_never_activated, 3);
    let one = fixture.dry_run("2026-12-01", Some(other.id.to_string())).await;
    assert_eq!(one.counts.erase_never_activated, 2);
    let listed = actions(&one);
    assert!(theirs.iter().all(|member| listed.contains_key(&member.to_string())));
    assert!(!listed.contains_key(&here.to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_out_of_time_is_an_error() {
    let fixture = Fixture::open(Sector::Retail).await;
    fixture.enrol(1).await;
    let request = Request { dry_run: true, ..Request::default() };
    let response =
        run(&fixture.app, &request, scheduled_at("2026-12-01"), Deadline::after(Duration::ZERO))
            .await;
    assert!(response.is_err());
}
