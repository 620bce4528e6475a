//! A merchant whose contract has ended is archived and leaves the table, whatever is killed on the way.

mod archived;
mod deaths;
mod left_behind;

use archived::Archive;
use deaths::Deaths;
use domain::{Day, Instant, Merchant, Sector};
use platform::queue::Failed;
use retention::{App, Order, RetentionMessage, handle, night as night_of};
use rstest::rstest;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Entity, MasterKey, Mode, Part, Store, StoreError};
use support::{Bucket, Queue, Table, instant, merchant, open_merchant};

/// The last day of the contract.
const LAST_DAY: &str = "2026-11-30";

/// The night after it, in Paris.
fn night() -> Instant {
    instant("2026-12-01T02:00:00Z")
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

type Item = archived::Item;

/// The function on a table, a bucket and a queue, with two merchants of whom one leaves.
struct Fixture {
    table: Table,
    bucket: Bucket,
    queue: Queue,
    deaths: Deaths,
    app: App,
    leaving: Merchant,
    /// Messages that were dealt with.
    dealt: usize,
    /// How often the function was killed.
    killed: AtomicU32,
}

impl Fixture {
    async fn open() -> Self {
        let (table, bucket, queue) =
            (Table::start().await, Bucket::start().await, Queue::start().await);
        let deaths = Deaths::default();
        let dynamodb = support::client_of(table.address())
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
            .interceptor(deaths.clone())
            .build();
        let key = MasterKey::derive("the secret of the tests");
        let app = App {
            store: Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb), table.name(), key),
            s3: aws_sdk_s3::Client::from_conf(bucket.config().interceptor(deaths.clone()).build()),
            sqs: aws_sdk_sqs::Client::from_conf(
                queue.client().config().to_builder().interceptor(deaths.clone()).build(),
            ),
            retention_queue: "http://queue/retention".to_owned(),
            archives_bucket: "archives".to_owned(),
            stage: "dev".to_owned(),
        };
        let store = table.store();
        let (leaving, staying) = (merchant(Sector::Retail, 1), merchant(Sector::Optical, 2));
        for (shop, many) in [(&leaving, left_behind::MANY), (&staying, 1)] {
            let scope = open_merchant(&store, shop, left_behind::now()).await;
            Box::pin(left_behind::fill(&store, &scope, many)).await;
        }
        store.end_contract(leaving.id, day(LAST_DAY)).await.unwrap();
        Self { table, bucket, queue, deaths, app, leaving, dealt: 0, killed: AtomicU32::new(0) }
    }

    /// The night finds the merchant.
    fn begin(&self, today: &str) -> String {
        serde_json::to_string(&RetentionMessage::archive(self.leaving.id, day(today))).unwrap()
    }

    async fn handle(&self, body: &str, until: Instant) -> Result<(), Failed> {
        Box::pin(handle(&self.app, body, night(), until)).await
    }

    /// The messages that were queued and not yet dealt with, each once.
    fn waiting(&mut self) -> Vec<String> {
        let queued = self.queue.sent("/retention");
        let mut waiting: Vec<String> = Vec::new();
        for body in &queued[self.dealt..] {
            if !waiting.contains(body) {
                waiting.push(body.clone());
            }
        }
        self.dealt = queued.len();
        waiting
    }

    async fn run(&mut self, fate: Fate) {
        let mut messages = vec![self.begin("2026-12-01")];
        while !messages.is_empty() {
            for body in messages {
                fate.meets(self, &body).await;
            }
            messages = self.waiting();
        }
    }

    /// Every item of the table by its key.
    async fn items(&self) -> BTreeMap<(String, String), Item> {
        let scan = self.table.client().scan().table_name(self.table.name());
        let mut pages = scan.into_paginator().items().send();
        let mut items = BTreeMap::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            items.insert(archived::key(&item), item);
        }
        items
    }

    /// What of a table is the leaving merchant's, and is archived: keyed hashes of contacts, and answers to
    /// keyed requests, go by their own end.
    fn of_the_leaving(
        &self,
        items: &BTreeMap<(String, String), Item>,
    ) -> BTreeMap<(String, String), Item> {
        let id = self.leaving.id.to_string();
        let of = |(pk, sk): &(String, String), item: &Item| {
            let named = item.get("merchant").and_then(|value| value.as_s().ok());
            pk.contains(&id) || sk.contains(&id) || named == Some(&id)
        };
        let ends_by_itself = |key: &(String, String)| matches!(&*key.1, "SUPPRESSED" | "ANSWER");
        let own = items.iter().filter(|(key, item)| of(key, item) && !ends_by_itself(key));
        own.map(|(key, item)| (key.clone(), item.clone())).collect()
    }

    fn archive(&self) -> Archive {
        Archive::read(&self.bucket.objects("archives"), &self.leaving)
    }
}

/// What happens to a message.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// It is dealt with.
    Smooth,
    /// It is delivered twice.
    Twice,
    /// Whoever deals with it is killed before a write, each in turn, and it comes again.
    KilledBefore,
    /// The same, after a write and before its answer.
    KilledAfter,
    /// The time at hand has always ended.
    Hurried,
    /// Two instances deal with it at once, and one has no time.
    Shared,
}

impl Fate {
    async fn meets(self, fixture: &Fixture, body: &str) {
        match self {
            Self::Smooth => fixture.handle(body, Instant::MAX).await.unwrap(),
            Self::Twice => {
                fixture.handle(body, Instant::MAX).await.unwrap();
                fixture.handle(body, Instant::MAX).await.unwrap();
            }
            Self::Hurried => fixture.handle(body, Instant::MIN).await.unwrap(),
            Self::Shared => {
                let both = [Instant::MIN, Instant::MAX].map(|until| fixture.handle(body, until));
                assert!(futures::future::join_all(both).await.iter().all(Result::is_ok));
            }
            Self::KilledBefore | Self::KilledAfter => {
                let late = matches!(self, Self::KilledAfter);
                for writes in 0.. {
                    fixture.deaths.after(writes, late);
                    let dealt = fixture.handle(body, Instant::MAX).await;
                    fixture.deaths.never();
                    if dealt.is_ok() {
                        break;
                    }
                    fixture.killed.fetch_add(1, Ordering::Relaxed);
                    assert!(writes < 500, "{body}: {dealt:?}");
                }
            }
        }
    }
}

#[rstest]
#[case(Fate::Smooth)]
#[case(Fate::Twice)]
#[case(Fate::KilledBefore)]
#[case(Fate::KilledAfter)]
#[case(Fate::Hurried)]
#[case(Fate::Shared)]
#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_whose_contract_has_ended_is_archived_and_leaves_the_table(#[case] fate: Fate) {
    let mut fixture = Fixture::open().await;
    let before = fixture.items().await;
    let mut left = fixture.of_the_leaving(&before);
    assert!(left.len() > 60, "{}", left.len());
    fixture.run(fate).await;

    let after = fixture.items().await;
    let mut stays = before;
    stays.retain(|key, _| !left.contains_key(key));
    assert_eq!(after.keys().collect::<Vec<_>>(), stays.keys().collect::<Vec<_>>());
    assert_eq!(after, stays, "another merchant's data were touched");

    let archive = fixture.archive();
    // Noted on the profile before it was archived.
    let profile = (format!("M#{}", fixture.leaving.id), "PROFILE".to_owned());
    let since = archive.items[&profile]["archiving_since"].clone();
    left.get_mut(&profile).unwrap().insert("archiving_since".to_owned(), since);
    assert_eq!(archive.items.keys().collect::<Vec<_>>(), left.keys().collect::<Vec<_>>());
    assert_eq!(archive.items, left);
    assert_eq!(archive.told_items, left.len(), "every item once");
    match fate {
        Fate::KilledBefore | Fate::KilledAfter => {
            assert!(fixture.killed.load(Ordering::Relaxed) > 100, "{:?}", fixture.killed);
        }
        Fate::Hurried => assert!(archive.objects > Part::all().count(), "{}", archive.objects),
        Fate::Smooth | Fate::Twice | Fate::Shared => {}
    }

    // A message that comes late finds nobody.
    for body in [fixture.begin("2026-12-02"), part("clear_part", &fixture, Part::Settings)] {
        fixture.handle(&body, Instant::MAX).await.unwrap();
    }
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    let gone = fixture.app.store.settings_fresh(fixture.leaving.id, night()).await;
    assert!(matches!(gone, Err(StoreError::NotFound(Entity::Merchant))));
}

fn part(task: &str, fixture: &Fixture, part: Part) -> String {
    format!(r#"{{"task":"{task}","merchant":"{}","part":"{part}"}}"#, fixture.leaving.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_archived_before_the_day_after_the_contract() {
    let mut fixture = Fixture::open().await;
    let before = fixture.items().await;
    for today in ["2026-11-24", LAST_DAY] {
        fixture.handle(&fixture.begin(today), Instant::MAX).await.unwrap();
    }
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    // Taken back, the contract goes on though its day comes.
    fixture.app.store.resume_contract(fixture.leaving.id).await.unwrap();
    fixture.handle(&fixture.begin("2026-12-01"), Instant::MAX).await.unwrap();
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    assert!(fixture.bucket.objects("archives").is_empty());
    fixture.app.store.end_contract(fixture.leaving.id, day(LAST_DAY)).await.unwrap();
    assert_eq!(fixture.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_night_after_the_contract_finds_the_merchant() {
    let mut fixture = Fixture::open().await;
    let archiving =
        serde_json::to_value(RetentionMessage::archive(fixture.leaving.id, day("2026-12-01")));
    for (at, found) in
        [("2026-11-30T02:00:00Z", vec![]), ("2026-12-01T02:00:00Z", vec![archiving.unwrap()])]
    {
        let at = instant(at);
        night_of(&fixture.app, &Order::default(), at, Instant::MAX).await.unwrap();
        for body in fixture.waiting() {
            handle(&fixture.app, &body, at, Instant::MAX).await.unwrap();
        }
        let read = |body: &String| serde_json::from_str::<serde_json::Value>(body).unwrap();
        assert_eq!(fixture.waiting().iter().map(read).collect::<Vec<_>>(), found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cleared_before_everything_is_archived() {
    let mut fixture = Fixture::open().await;
    fixture.handle(&fixture.begin("2026-12-01"), Instant::MAX).await.unwrap();
    let before = fixture.items().await;
    let parts = fixture.waiting();
    assert_eq!(parts.len(), Part::all().count());
    for body in &parts[1..] {
        fixture.handle(body, Instant::MAX).await.unwrap();
    }
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    for cleared in [Part::Members(Mode::Live, 0), Part::Members(Mode::Live, 5), Part::Settings] {
        let refused = fixture.handle(&part("clear_part", &fixture, cleared), Instant::MAX).await;
        assert!(matches!(refused, Err(Failed::Retry(_))), "{refused:?}");
    }
    assert_eq!(fixture.items().await, before);
    fixture.handle(&parts[0], Instant::MAX).await.unwrap();
    // All but the settings, by which the others are found.
    assert_eq!(fixture.waiting().len(), Part::all().count() - 1);
    fixture.handle(&part("clear_part", &fixture, Part::Settings), Instant::MAX).await.unwrap();
    assert_eq!(fixture.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_takes_up_what_the_night_before_left() {
    let mut fixture = Fixture::open().await;
    fixture.handle(&fixture.begin("2026-12-01"), Instant::MAX).await.unwrap();
    let parts = fixture.waiting();
    for body in &parts[..3] {
        fixture.handle(body, Instant::MAX).await.unwrap();
    }
    // The other messages were lost.
    fixture.handle(&fixture.begin("2026-12-02"), Instant::MAX).await.unwrap();
    let left = fixture.waiting();
    assert_eq!(left, parts[3..]);
    for body in &left {
        fixture.handle(body, Instant::MAX).await.unwrap();
    }
    let clearing = fixture.waiting();
    for body in &clearing[..3] {
        fixture.handle(body, Instant::MAX).await.unwrap();
    }
    fixture.handle(&fixture.begin("2026-12-03"), Instant::MAX).await.unwrap();
    assert_eq!(fixture.waiting(), clearing[3..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_the_archive_and_not_the_master_key_reads_no_person() {
    let mut fixture = Fixture::open().await;
    fixture.run(Fate::Smooth).await;
    let archive = fixture.archive();
    for named in ["Martin", "+336399", "063998", "@example.com", "rue de la Paix"] {
        // The merchant's own address is no person's.
        let lines = archive.lines.replace("boutique@example.com", "");
        assert!(!lines.contains(named), "{named}");
    }
    let profile = (format!("M#{}", fixture.leaving.id), "PROFILE".to_owned());
    assert!(archive.items[&profile]["key"].as_b().is_ok(), "the wrapped key");
}

#[tokio::test]
async fn a_part_that_is_none_is_poison() {
    let fixture = Fixture::open().await;
    let id = fixture.leaving.id;
    for body in [
        format!(r#"{{"task":"archive_part","merchant":"{id}","part":"members-live-16"}}"#),
        r#"{"task":"clear_part","merchant":"nobody","part":"settings"}"#.to_owned(),
    ] {
        let refused = fixture.handle(&body, Instant::MAX).await;
        assert!(matches!(refused, Err(Failed::Poison(_))), "{refused:?}");
    }
}
