//! The daily run: the messages it queues, the months it begins at, the requests it refuses, and the entries that
//! are overdue.

use crate::fixture::{Fixture, app, day, person, scheduled_at};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::Sector;
use platform::Deadline;
use platform::queue::Failed;
use retention::{Request, Response, RetentionError, RetentionMessage, handle, run};
use rstest::rstest;
use std::collections::BTreeSet;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_with_due_entries_is_one_message() {
    let fixture = Fixture::open(Sector::Retail).await;
    let mut shards = BTreeSet::new();
    for number in 0..12 {
        shards.insert(fixture.enrol(number).await.shard());
    }
    // No member is due yet.
    fixture.queue_day("2026-11-30").await;
    assert!(fixture.queue.sent("/retention").is_empty());
    let today = "2026-12-01";
    fixture.queue_day(today).await;
    let sent = fixture.queue.sent("/retention");
    let sent: Vec<RetentionMessage> =
        sent.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let today = day(today);
    let sweep =
        |shard| RetentionMessage::Sweep { month: today.month(), shard, today, merchant: None };
    assert_eq!(sent, shards.into_iter().map(sweep).collect::<Vec<_>>());
}

#[test]
fn a_message_is_written_with_its_identifiers_as_text() {
    let merchant = "01KA0000000000000000000000";
    for body in [
        r#"{"task":"sweep","month":"2026-12","shard":3,"today":"2026-12-01"}"#.to_owned(),
        format!(
            r#"{{"task":"sweep","month":"2026-12","shard":3,"today":"2026-12-01","merchant":"{merchant}"}}"#
        ),
        format!(r#"{{"task":"archive","merchant":"{merchant}","today":"2026-12-01"}}"#),
        format!(r#"{{"task":"archive_part","merchant":"{merchant}","part":"members-live-03"}}"#),
        format!(r#"{{"task":"clear_part","merchant":"{merchant}","part":"settings"}}"#),
    ] {
        let message: RetentionMessage = serde_json::from_str(&body).unwrap();
        assert_eq!(serde_json::to_string(&message).unwrap(), body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_daily_run_makes_up_for_one_that_failed_and_skips_months_that_are_done() {
    let fixture = Fixture::open(Sector::Retail).await;
    let first_month = async || {
        let month = fixture.app.store.first_month_to_sweep().await.unwrap();
        month.map(|month| month.to_string())
    };
    let member = fixture.enrol_at(1, "2026-08-29T10:00:00Z").await;
    // The messages of this daily run are lost.
    fixture.queue_day("2026-11-30").await;
    fixture.queue.clear();
    assert_eq!(first_month().await.as_deref(), Some("2026-10"));
    let queued = fixture.run_day("2027-02-03").await;
    assert_eq!(queued.buckets, 1);
    assert_eq!(queued.overdue, 1);
    assert!(!fixture.is_there(member).await);
    assert_eq!(first_month().await.as_deref(), Some("2026-11"));
    // The erasure is searched for once more, and the months before the previous one are done.
    assert_eq!(fixture.run_day("2027-02-04").await.overdue, 0);
    assert_eq!(fixture.run_day("2027-03-04").await.buckets, 0);
    assert_eq!(first_month().await.as_deref(), Some("2027-02"));
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_are_due_today_or_since_yesterday_are_not_overdue() {
    let fixture = Fixture::open(Sector::Retail).await;
    for (number, at) in [(1, "2026-08-28"), (2, "2026-08-29"), (3, "2026-08-29")] {
        fixture.enrol_at(number, &format!("{at}T10:00:00Z")).await;
    }
    for (today, expected) in [("2026-11-30", 0), ("2026-12-01", 1), ("2026-12-02", 3)] {
        let request = Request { dry_run: true, ..Request::default() };
        let Response::DryRun(listed) = fixture.request(&request, today).await.unwrap() else {
            panic!("the request is a dry run")
        };
        assert_eq!(listed.overdue, expected, "{today}");
    }
}

#[rstest]
#[case("test", r#"{"today": "2029-12-01"}"#, true)]
#[case("live", r#"{"today": "2029-12-01"}"#, false)]
#[case("live", r#"{"today": "2029-12-01", "dry_run": true}"#, true)]
#[case("live", "{}", true)]
#[case("test", r#"{"today": "tomorrow"}"#, false)]
#[case("live", r#"{"merchant": "01KA0000000000000000000000"}"#, true)]
#[case("live", r#"{"today": "2029-12-01", "merchant": "01KA0000000000000000000000"}"#, false)]
#[case("test", r#"{"merchant": "nobody", "dry_run": true}"#, false)]
#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_day_never_erases_real_persons(
    #[case] stage: &str,
    #[case] request: &str,
    #[case] is_accepted: bool,
) {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    let app = app(fixture.table.store(), &fixture.queue, stage);
    let request: Request = serde_json::from_str(request).unwrap();
    match run(&app, &request, scheduled_at("2026-09-02"), Deadline::never()).await {
        Ok(_) => assert!(is_accepted),
        Err(RetentionError::Request(sentence)) => assert!(!is_accepted && !sentence.is_empty()),
        Err(other) => panic!("{other}"),
    }
    assert!(fixture.is_there(member).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_daily_run_uses_its_own_day_and_does_not_move_the_real_ones() {
    let fixture = Fixture::open(Sector::Retail).await;
    let (early, late) = (fixture.enrol(1).await, fixture.enrol_at(2, "2026-11-24T10:00:00Z").await);
    let request = Request { today: Some("2026-12-15".to_owned()), ..Request::default() };
    fixture.request(&request, "2026-09-02").await.unwrap();
    for outcome in fixture.handle_all(scheduled_at("2026-09-02")).await {
        outcome.unwrap();
    }
    assert!(!fixture.is_there(early).await);
    assert!(fixture.is_there(late).await);
    assert_eq!(fixture.erased_on("2026-12-15").await.never_activated, 1);
    let first = fixture.app.store.first_month_to_sweep().await.unwrap();
    assert_eq!(first, Some(day("2026-11-01").month()), "the month did not change");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_daily_run_of_a_deployment_finds_due_entries_however_late_its_day_is() {
    let table = support::Table::start().await;
    let shop = support::merchant(Sector::Retail, 1);
    let created = scheduled_at("2026-09-02");
    let scope = support::open_merchant(&table.store(), &shop, created).await;
    let (member, _) = table.store().create_member(&scope, &person(1), created).await.unwrap();
    let invitation = domain::Registration { invited_at: Some(created), activated_at: None };
    table.store().register(&scope, member.person.id, &invitation, created).await.unwrap();
    let queue = support::Queue::start().await;
    let app = app(table.store(), &queue, "test");
    for today in ["2026-12-03", "2031-12-01"] {
        let request =
            Request { today: Some(today.to_owned()), dry_run: true, ..Request::default() };
        let response =
            run(&app, &request, scheduled_at("2026-09-03"), Deadline::never()).await.unwrap();
        let Response::DryRun(listed) = response else { panic!("the request is a dry run") };
        assert_eq!(listed.counts.erase_never_activated, 1, "{today}");
    }
}

#[test]
fn a_request_with_an_unknown_field_is_refused() {
    assert!(serde_json::from_str::<Request>(r#"{"dryrun": true}"#).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_out_of_time_queues_itself_again() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    let now = scheduled_at("2026-12-01");
    fixture.queue_day("2026-12-01").await;
    let bodies = fixture.queue.sent("/retention");
    fixture.queue.clear();
    handle(&fixture.app, &bodies[0], now, Deadline::after(Duration::ZERO)).await.unwrap();
    assert_eq!(fixture.queue.sent("/retention"), bodies);
    assert!(fixture.is_there(member).await);
    fixture.handle_all(now).await;
    assert!(!fixture.is_there(member).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_run_whose_queue_fails_begins_again_and_loses_no_bucket() {
    const MEMBERS: u16 = 12;
    for failing in 0..3 {
        let fixture = Fixture::open(Sector::Retail).await;
        let mut members = vec![];
        for number in 0..MEMBERS {
            members.push(fixture.enrol(number).await);
        }
        fixture.queue.fail_after(failing);
        assert!(fixture.request(&Request::default(), "2026-12-01").await.is_err());
        fixture.run_day("2026-12-01").await;
        for member in members {
            assert!(!fixture.is_there(member).await);
        }
        let erased = fixture.erased_on("2026-12-01").await;
        assert_eq!(erased.never_activated, u64::from(MEMBERS));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_fails_does_not_stop_the_others_and_is_tried_again() {
    let fixture = Fixture::open(Sector::Retail).await;
    let mut members = vec![];
    for number in 0..40 {
        members.push(fixture.enrol(number).await);
    }
    let bad = members[0];
    let key = |kind: &str| {
        let pk = format!("{}#S#{:02}", fixture.scope.tenant(), bad.shard());
        [("pk", pk), ("sk", format!("MEMBER#{bad}#{kind}"))]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value)))
    };
    let update = fixture.table.client().update_item().table_name(fixture.table.name());
    update
        .set_key(Some(key("PERSON").into()))
        .update_expression("SET mobile = :nonsense")
        .expression_attribute_values(":nonsense", AttributeValue::B(vec![1, 2, 3].into()))
        .send()
        .await
        .unwrap();
    fixture.queue_day("2026-12-01").await;
    let outcomes = fixture.handle_all(scheduled_at("2026-12-01")).await;
    let failed = outcomes.into_iter().filter(Result::is_err).count();
    assert_eq!(failed, 1, "the message of the bad member's bucket is delivered again");
    for member in &members[1..] {
        assert!(!fixture.is_there(*member).await);
    }
    // The bad member stays in the index, and is overdue from the second day on.
    let listed = fixture.dry_run("2026-12-03", None).await;
    assert_eq!(listed.counts.fail, 1);
    assert_eq!(listed.overdue, 1);
    assert_eq!(listed.today, "2026-12-03");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_message_is_poison() {
    let fixture = Fixture::open(Sector::Retail).await;
    for body in [
        "",
        "{}",
        r#"{"task": "sweep", "month": "2026-13", "shard": 0, "today": "2026-12-01"}"#,
        r#"{"task": "sweep", "month": "2026-12", "shard": 16, "today": "2026-12-01"}"#,
        r#"{"task": "sweep", "month": "2026-12", "shard": 0, "today": "tomorrow"}"#,
    ] {
        let handled =
            handle(&fixture.app, body, scheduled_at("2026-12-01"), Deadline::never()).await;
        assert!(matches!(handled, Err(Failed::Poison(_))), "{body}");
    }
}
