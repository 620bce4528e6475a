//! The night itself: what it queues, from where it begins, what it refuses, and what is overdue.

use crate::fixture::{Fixture, app, day, night_of};
use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Instant, Sector};
use platform::queue::Failed;
use retention::{Night, Order, RetentionError, RetentionMessage, handle, night};
use rstest::rstest;
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn one_message_a_bucket_that_holds_anything_due() {
    let fixture = Fixture::open(Sector::Retail).await;
    let mut shards = BTreeSet::new();
    for number in 0..12 {
        shards.insert(fixture.enrol(number).await.shard());
    }
    // Nothing is due yet.
    let order = Order::default();
    night(&fixture.app, &order, night_of("2026-11-30"), Instant::MAX).await.unwrap();
    assert!(fixture.queue.sent("/retention").is_empty());
    night(&fixture.app, &order, night_of("2026-12-01"), Instant::MAX).await.unwrap();
    let sent = fixture.queue.sent("/retention");
    let sent: Vec<RetentionMessage> =
        sent.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let sweep = |shard: &u8| RetentionMessage::Sweep {
        month: "2026-12".to_owned(),
        shard: *shard,
        today: "2026-12-01".to_owned(),
        merchant: None,
    };
    assert_eq!(sent, shards.iter().map(sweep).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_that_failed_is_made_good_by_the_next_and_months_that_are_done_are_left_behind() {
    let fixture = Fixture::open(Sector::Retail).await;
    let first = |fixture: &Fixture| {
        let store = fixture.app.store.clone();
        async move { store.first_month_to_sweep().await.unwrap().map(|month| month.to_string()) }
    };
    let member = fixture.enrol_at(1, "2026-08-31T10:00:00Z").await;
    // The night of the day queues, and nothing works the queue.
    let order = Order::default();
    night(&fixture.app, &order, night_of("2026-11-30"), Instant::MAX).await.unwrap();
    fixture.queue.clear();
    assert_eq!(first(&fixture).await.as_deref(), Some("2026-10"));
    let queued = fixture.night("2027-02-03").await;
    assert_eq!((queued.buckets, queued.overdue), (1, 1));
    assert!(!fixture.is_there(member).await);
    assert_eq!(first(&fixture).await.as_deref(), Some("2026-11"));
    // What is left of the erasure is looked at, and the months before the last are done.
    assert_eq!(fixture.night("2027-02-04").await.overdue, 0);
    assert_eq!(fixture.night("2027-03-04").await.buckets, 0);
    assert_eq!(first(&fixture).await.as_deref(), Some("2027-02"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_today_or_was_yesterday_is_not_overdue() {
    let fixture = Fixture::open(Sector::Retail).await;
    for (number, at) in [(1, "2026-08-29"), (2, "2026-08-30"), (3, "2026-08-31")] {
        fixture.enrol_at(number, &format!("{at}T10:00:00Z")).await;
    }
    let order = Order { dry_run: true, ..Order::default() };
    for (today, expected) in [("2026-11-30", 0), ("2026-12-01", 1), ("2026-12-02", 3)] {
        let told = night(&fixture.app, &order, night_of(today), Instant::MAX).await.unwrap();
        let Night::DryRun(told) = told else { panic!("not dry") };
        assert_eq!(told.overdue, expected, "{today}");
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
    #[case] order: &str,
    #[case] accepted: bool,
) {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    let app = app(fixture.table.store(), &fixture.queue, stage);
    let order: Order = serde_json::from_str(order).unwrap();
    let answer = night(&app, &order, night_of("2026-09-02"), Instant::MAX).await;
    match answer {
        Ok(_) => assert!(accepted),
        Err(RetentionError::Order(sentence)) => assert!(!accepted && !sentence.is_empty()),
        Err(other) => panic!("{other}"),
    }
    assert!(fixture.is_there(member).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulated_night_works_by_its_day_and_leaves_the_real_ones_alone() {
    let fixture = Fixture::open(Sector::Retail).await;
    let (early, late) = (fixture.enrol(1).await, fixture.enrol_at(2, "2026-11-24T10:00:00Z").await);
    let order = Order { today: Some("2026-12-15".to_owned()), ..Order::default() };
    night(&fixture.app, &order, night_of("2026-09-02"), Instant::MAX).await.unwrap();
    for outcome in fixture.work(night_of("2026-09-02")).await {
        outcome.unwrap();
    }
    assert!(!fixture.is_there(early).await && fixture.is_there(late).await);
    assert_eq!(fixture.erased_on("2026-12-15").await.never_activated, 1);
    let first = fixture.app.store.first_month_to_sweep().await.unwrap();
    assert_eq!(first, Some(day("2026-11-01").month()), "as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_night_of_a_deployment_finds_what_is_due_however_far_its_day_is() {
    let table = support::Table::start().await;
    let shop = support::merchant(Sector::Retail, 1);
    let scope = support::open_merchant(&table.store(), &shop, night_of("2026-09-02")).await;
    let person = crate::fixture::person(1);
    table.store().create_member(&scope, &person, night_of("2026-09-02")).await.unwrap();
    let queue = support::Queue::start().await;
    let app = app(table.store(), &queue, "test");
    for today in ["2026-12-02", "2031-12-01"] {
        let order = Order { today: Some(today.to_owned()), dry_run: true, ..Order::default() };
        let told = night(&app, &order, night_of("2026-09-03"), Instant::MAX).await.unwrap();
        let Night::DryRun(told) = told else { panic!("not dry") };
        assert_eq!(told.counts.erase_never_activated, 1, "{today}");
    }
}

#[test]
fn a_word_that_is_no_order_is_refused() {
    assert!(serde_json::from_str::<Order>(r#"{"dryrun": true}"#).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_out_of_time_queues_itself_again() {
    let fixture = Fixture::open(Sector::Retail).await;
    let member = fixture.enrol(1).await;
    let now = night_of("2026-12-01");
    night(&fixture.app, &Order::default(), now, Instant::MAX).await.unwrap();
    let bodies = fixture.queue.sent("/retention");
    fixture.queue.clear();
    handle(&fixture.app, &bodies[0], now, Instant::MIN).await.unwrap();
    assert_eq!(fixture.queue.sent("/retention"), bodies);
    assert!(fixture.is_there(member).await);
    fixture.work(now).await;
    assert!(!fixture.is_there(member).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_whose_queue_fails_is_begun_again_and_loses_nothing() {
    for failing in 0..3 {
        let fixture = Fixture::open(Sector::Retail).await;
        let mut members = vec![];
        for number in 0..12 {
            members.push(fixture.enrol(number).await);
        }
        fixture.queue.fail_after(failing);
        let (order, now) = (Order::default(), night_of("2026-12-01"));
        assert!(night(&fixture.app, &order, now, Instant::MAX).await.is_err());
        fixture.night("2026-12-01").await;
        for member in members {
            assert!(!fixture.is_there(member).await);
        }
        assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, 12);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_member_never_stops_the_others_and_comes_again() {
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
    let now = night_of("2026-12-01");
    night(&fixture.app, &Order::default(), now, Instant::MAX).await.unwrap();
    let failed = fixture.work(now).await.into_iter().filter(Result::is_err).count();
    assert_eq!(failed, 1, "the message of its bucket comes again");
    for member in &members[1..] {
        assert!(!fixture.is_there(*member).await);
    }
    // It stays in the index, and is overdue from the second night on.
    let order = Order { dry_run: true, ..Order::default() };
    let told = night(&fixture.app, &order, night_of("2026-12-03"), Instant::MAX).await.unwrap();
    let Night::DryRun(told) = told else { panic!("not dry") };
    assert_eq!((told.counts.fail, told.overdue), (1, 1));
    assert_eq!(day(&told.today), day("2026-12-03"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_none_of_ours_goes_to_the_dead_letters() {
    let fixture = Fixture::open(Sector::Retail).await;
    for body in [
        "",
        "{}",
        r#"{"task": "sweep", "month": "2026-13", "shard": 0, "today": "2026-12-01"}"#,
        r#"{"task": "sweep", "month": "2026-12", "shard": 16, "today": "2026-12-01"}"#,
        r#"{"task": "sweep", "month": "2026-12", "shard": 0, "today": "tomorrow"}"#,
    ] {
        let dealt = handle(&fixture.app, body, night_of("2026-12-01"), Instant::MAX).await;
        assert!(matches!(dealt, Err(Failed::Poison(_))), "{body}");
    }
}
