//! A merchant whose contract has ended is archived and leaves the table, wherever the function crashes.

mod merchant_data;
mod reader;

use domain::{Day, Instant, Merchant, Sector};
use platform::Deadline;
use platform::queue::{Failed, QueueClient};
use reader::{Archive, Item, ItemKey};
use retention::{App, Request, RetentionMessage, handle, run};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{Entity, MasterKey, Mode, Part, Store, StoreError};
use support::{Bucket, Calls, Crash, Moment, Queue, Table, instant, merchant, open_merchant};

/// The last day of the contract.
const LAST_DAY: &str = "2026-11-30";

/// The day after it: the first daily run that archives the merchant.
const FIRST_DAY: &str = "2026-12-01";

/// The instant of that daily run.
fn first_run() -> Instant {
    instant("2026-12-01T02:00:00Z")
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The function on a table, a bucket and a queue, with two merchants of whom one leaves.
struct Fixture {
    table: Table,
    bucket: Bucket,
    queue: Queue,
    crash: Crash,
    app: App,
    leaving: Merchant,
    /// The number of messages that were handled.
    handled: usize,
    /// How often the function crashed.
    crashes: AtomicU32,
}

impl Fixture {
    async fn open() -> Self {
        let (table, bucket, queue) =
            (Table::start().await, Bucket::start().await, Queue::start().await);
        let crash = Crash::default();
        let dynamodb = support::client_of(table.address())
            .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
            .interceptor(crash.clone())
            .build();
        let sqs = queue.client().config().to_builder().interceptor(crash.clone()).build();
        let sqs = aws_sdk_sqs::Client::from_conf(sqs);
        let key = MasterKey::derive("the secret of the tests");
        let app = App {
            store: Store::new(aws_sdk_dynamodb::Client::from_conf(dynamodb), table.name(), key),
            s3: aws_sdk_s3::Client::from_conf(bucket.config().interceptor(crash.clone()).build()),
            queue: QueueClient::new(move || sqs, "http://queue/retention"),
            archives_bucket: "archives".to_owned(),
            stage: "dev".to_owned(),
        };
        let store = table.store();
        let (leaving, staying) = (merchant(Sector::Retail, 1), merchant(Sector::Optical, 2));
        for (shop, many) in [(&leaving, merchant_data::MANY), (&staying, 1)] {
            let scope = open_merchant(&store, shop, merchant_data::now()).await;
            Box::pin(merchant_data::fill(&store, &scope, many)).await;
        }
        store.end_contract(leaving.id, day(LAST_DAY), domain::Credential::Operator).await.unwrap();
        Self { table, bucket, queue, crash, app, leaving, handled: 0, crashes: AtomicU32::new(0) }
    }

    /// The message of a daily run that finds the merchant.
    fn begin(&self, today: &str) -> String {
        let message = RetentionMessage::Archive { merchant: self.leaving.id, today: day(today) };
        serde_json::to_string(&message).unwrap()
    }

    async fn handle(&self, body: &str, deadline: Deadline) -> Result<(), Failed> {
        Box::pin(handle(&self.app, body, first_run(), deadline)).await
    }

    /// The messages that were queued and not yet handled, each once.
    fn waiting(&mut self) -> Vec<String> {
        let queued = self.queue.sent("/retention");
        let mut waiting: Vec<String> = Vec::new();
        for body in &queued[self.handled..] {
            if !waiting.contains(body) {
                waiting.push(body.clone());
            }
        }
        self.handled = queued.len();
        waiting
    }

    /// Archives the merchant, with the same delivery for every message.
    async fn run(&mut self, delivery: Delivery) {
        let mut messages = vec![self.begin(FIRST_DAY)];
        while !messages.is_empty() {
            for body in messages {
                delivery.deliver(self, &body).await;
            }
            messages = self.waiting();
        }
    }

    /// Every item of the table by its key.
    async fn items(&self) -> BTreeMap<ItemKey, Item> {
        let scan = self.table.client().scan().table_name(self.table.name());
        let mut pages = scan.into_paginator().items().send();
        let mut items = BTreeMap::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            items.insert(reader::key(&item), item);
        }
        items
    }

    /// The items of the leaving merchant that are archived. Suppressed contacts, and answers to requests with an
    /// idempotency key, expire by themselves and are not archived. The numbers of members with an address are not
    /// archived either: they follow from the contacts.
    fn of_the_leaving(&self, items: &BTreeMap<ItemKey, Item>) -> BTreeMap<ItemKey, Item> {
        let id = self.leaving.id.to_string();
        let of = |(pk, sk): &ItemKey, item: &Item| {
            let named = item.get("merchant").and_then(|value| value.as_s().ok());
            pk.contains(&id) || sk.contains(&id) || named == Some(&id)
        };
        let is_left_out = |key: &ItemKey| matches!(&*key.1, "SUPPRESSED" | "ANSWER" | "HOLDERS");
        let own = items.iter().filter(|(key, item)| of(key, item) && !is_left_out(key));
        own.map(|(key, item)| (key.clone(), item.clone())).collect()
    }

    /// Whether an item is the number of the leaving merchant's members with an address: it is deleted without an
    /// archive.
    fn is_number_of_the_leaving(&self, (pk, sk): &ItemKey) -> bool {
        pk.contains(&self.leaving.id.to_string()) && sk == "HOLDERS"
    }

    fn archive(&self) -> Archive {
        Archive::read(&self.bucket.objects("archives"), &self.leaving)
    }
}

/// How every message is delivered.
#[derive(Debug, Clone, Copy)]
enum Delivery {
    /// The message is handled once.
    Once,
    /// The message is delivered twice.
    Twice,
    /// The function crashes at every write in turn, and the message is delivered again.
    WithCrashes(Moment),
    /// The time of the invocation has always ended.
    OutOfTime,
    /// Two instances handle the message at once, and one has no time.
    Shared,
}

impl Delivery {
    async fn deliver(self, fixture: &Fixture, body: &str) {
        match self {
            Self::Once => fixture.handle(body, Deadline::never()).await.unwrap(),
            Self::Twice => {
                fixture.handle(body, Deadline::never()).await.unwrap();
                fixture.handle(body, Deadline::never()).await.unwrap();
            }
            Self::OutOfTime => fixture.handle(body, Deadline::after(Duration::ZERO)).await.unwrap(),
            Self::Shared => {
                let both = [Deadline::after(Duration::ZERO), Deadline::never()]
                    .map(|deadline| fixture.handle(body, deadline));
                assert!(futures::future::join_all(both).await.iter().all(Result::is_ok));
            }
            Self::WithCrashes(moment) => {
                for writes in 0.. {
                    fixture.crash.after(writes, Calls::Writes, moment);
                    let handled = fixture.handle(body, Deadline::never()).await;
                    fixture.crash.never();
                    if handled.is_ok() {
                        break;
                    }
                    fixture.crashes.fetch_add(1, Ordering::Relaxed);
                    assert!(writes < 500, "{body}: {handled:?}");
                }
            }
        }
    }
}

#[rstest]
#[case(Delivery::Once)]
#[case(Delivery::Twice)]
#[case(Delivery::WithCrashes(Moment::BeforeCall))]
#[case(Delivery::WithCrashes(Moment::BeforeAnswer))]
#[case(Delivery::OutOfTime)]
#[case(Delivery::Shared)]
#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_whose_contract_has_ended_is_archived_and_leaves_the_table(
    #[case] delivery: Delivery,
) {
    let mut fixture = Fixture::open().await;
    let before = fixture.items().await;
    let mut left = fixture.of_the_leaving(&before);
    assert!(left.len() > 60, "{}", left.len());
    fixture.run(delivery).await;

    let after = fixture.items().await;
    let mut stays = before;
    stays.retain(|key, _| !left.contains_key(key) && !fixture.is_number_of_the_leaving(key));
    // Its own account has no provider any more. An account that merchants share keeps its provider, and counts the
    // change of its list.
    let code = merchant_data::own_account(fixture.leaving.id);
    assert!(stays.remove(&(format!("PROVIDER#{code}"), "PROVIDER".to_owned())).is_some());
    for code in ["former", "main-sms"] {
        let key = (format!("PROVIDER#{code}"), "PROVIDER".to_owned());
        let version = after[&key]["v"].clone();
        let before = stays.get_mut(&key).unwrap().insert("v".to_owned(), version.clone());
        assert_ne!(before, Some(version), "{code}");
    }
    assert_eq!(after.keys().collect::<Vec<_>>(), stays.keys().collect::<Vec<_>>());
    assert_eq!(after, stays, "another merchant's data were touched");

    let archive = fixture.archive();
    // The profile was marked before it was archived.
    let profile = (format!("M#{}", fixture.leaving.id), "PROFILE".to_owned());
    let since = archive.items[&profile]["archiving_since"].clone();
    left.get_mut(&profile).unwrap().insert("archiving_since".to_owned(), since);
    assert_eq!(archive.items.keys().collect::<Vec<_>>(), left.keys().collect::<Vec<_>>());
    assert_eq!(archive.items, left);
    assert_eq!(archive.counted_items, left.len(), "every item is archived once");
    match delivery {
        Delivery::WithCrashes(_) => {
            assert!(fixture.crashes.load(Ordering::Relaxed) > 100, "{:?}", fixture.crashes);
        }
        Delivery::OutOfTime => {
            assert!(archive.objects > Part::all().count(), "{}", archive.objects);
        }
        Delivery::Once | Delivery::Twice | Delivery::Shared => {}
    }

    // A message that comes late finds no merchant.
    for body in [fixture.begin("2026-12-02"), part("clear_part", &fixture, Part::Settings)] {
        fixture.handle(&body, Deadline::never()).await.unwrap();
    }
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    let gone = fixture.app.store.settings_fresh(fixture.leaving.id, first_run()).await;
    assert!(matches!(gone, Err(StoreError::NotFound(Entity::Merchant))));
}

fn part(task: &str, fixture: &Fixture, part: Part) -> String {
    format!(r#"{{"task":"{task}","merchant":"{}","part":"{part}"}}"#, fixture.leaving.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partition_that_only_api_and_retention_write_holds_nothing_but_settings() {
    let fixture = Fixture::open().await;
    let items = fixture.items().await;
    let own = format!("M#{}", fixture.leaving.id);
    let kinds_in = |partition: &str| {
        let sks = items.keys().filter(|(pk, _)| pk == partition).map(|(_, sk)| sk);
        sks.map(|sk| sk.split('#').next().unwrap()).collect::<BTreeSet<_>>()
    };
    let settings = ["ACCOUNT", "FIRST_CAMPAIGN", "KEY", "PROFILE", "RULE", "SENDER", "SHOP"];
    assert_eq!(kinds_in(&own), BTreeSet::from(settings));
    assert_eq!(kinds_in(&format!("{own}#TEST")), BTreeSet::new());
    assert_eq!(kinds_in(&format!("{own}#WEBHOOKS")), BTreeSet::from(["PUSH"]));
    for tenant in [own.clone(), format!("{own}#TEST")] {
        assert_eq!(kinds_in(&format!("{tenant}#CAMPAIGNS")), BTreeSet::from(["CAMPAIGN"]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_archived_before_the_day_after_the_contract() {
    let mut fixture = Fixture::open().await;
    let before = fixture.items().await;
    for today in ["2026-11-24", LAST_DAY] {
        fixture.handle(&fixture.begin(today), Deadline::never()).await.unwrap();
    }
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    // Where the end of the contract is withdrawn, its day changes nothing.
    fixture
        .app
        .store
        .resume_contract(fixture.leaving.id, domain::Credential::Operator)
        .await
        .unwrap();
    fixture.handle(&fixture.begin(FIRST_DAY), Deadline::never()).await.unwrap();
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    assert!(fixture.bucket.objects("archives").is_empty());
    fixture
        .app
        .store
        .end_contract(fixture.leaving.id, day(LAST_DAY), domain::Credential::Operator)
        .await
        .unwrap();
    assert_eq!(fixture.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daily_run_after_the_contract_finds_the_merchant() {
    let mut fixture = Fixture::open().await;
    let found = fixture.begin(FIRST_DAY);
    for (at, found) in [(instant("2026-11-30T02:00:00Z"), vec![]), (first_run(), vec![found])] {
        run(&fixture.app, &Request::default(), at, Deadline::never()).await.unwrap();
        for body in fixture.waiting() {
            handle(&fixture.app, &body, at, Deadline::never()).await.unwrap();
        }
        assert_eq!(fixture.waiting(), found);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_cleared_before_everything_is_archived() {
    let mut fixture = Fixture::open().await;
    fixture.handle(&fixture.begin(FIRST_DAY), Deadline::never()).await.unwrap();
    let before = fixture.items().await;
    let parts = fixture.waiting();
    assert_eq!(parts.len(), Part::all().count());
    for body in &parts[1..] {
        fixture.handle(body, Deadline::never()).await.unwrap();
    }
    assert_eq!(fixture.waiting(), Vec::<String>::new());
    for cleared in [Part::Members(Mode::Live, 0), Part::Members(Mode::Live, 5), Part::Settings] {
        let refused =
            fixture.handle(&part("clear_part", &fixture, cleared), Deadline::never()).await;
        assert!(matches!(refused, Err(Failed::Retry(_))), "{refused:?}");
    }
    assert_eq!(fixture.items().await, before);
    fixture.handle(&parts[0], Deadline::never()).await.unwrap();
    // All parts but the settings, by which the others are found.
    assert_eq!(fixture.waiting().len(), Part::all().count() - 1);
    fixture.handle(&part("clear_part", &fixture, Part::Settings), Deadline::never()).await.unwrap();
    assert_eq!(fixture.items().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_run_continues_what_the_previous_one_did_not_finish() {
    let mut fixture = Fixture::open().await;
    fixture.handle(&fixture.begin(FIRST_DAY), Deadline::never()).await.unwrap();
    let parts = fixture.waiting();
    for body in &parts[..3] {
        fixture.handle(body, Deadline::never()).await.unwrap();
    }
    // The other messages were lost.
    fixture.handle(&fixture.begin("2026-12-02"), Deadline::never()).await.unwrap();
    let left = fixture.waiting();
    assert_eq!(left, parts[3..]);
    for body in &left {
        fixture.handle(body, Deadline::never()).await.unwrap();
    }
    let clearing = fixture.waiting();
    for body in &clearing[..3] {
        fixture.handle(body, Deadline::never()).await.unwrap();
    }
    fixture.handle(&fixture.begin("2026-12-03"), Deadline::never()).await.unwrap();
    assert_eq!(fixture.waiting(), clearing[3..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_master_key_no_personal_data_of_an_archive_can_be_read() {
    let mut fixture = Fixture::open().await;
    fixture.run(Delivery::Once).await;
    let archive = fixture.archive();
    for named in ["Martin", "+336399", "063998", "@example.com", "rue de la Paix"] {
        // The merchant's own address is not personal data.
        let lines = archive.lines.replace("boutique@example.com", "");
        assert!(!lines.contains(named), "{named}");
    }
    let profile = (format!("M#{}", fixture.leaving.id), "PROFILE".to_owned());
    assert!(archive.items[&profile]["key"].as_b().is_ok(), "the wrapped key is archived");
}

#[tokio::test]
async fn a_message_with_a_malformed_part_is_poison() {
    let fixture = Fixture::open().await;
    let id = fixture.leaving.id;
    for body in [
        format!(r#"{{"task":"archive_part","merchant":"{id}","part":"members-live-16"}}"#),
        r#"{"task":"clear_part","merchant":"nobody","part":"settings"}"#.to_owned(),
    ] {
        let refused = fixture.handle(&body, Deadline::never()).await;
        assert!(matches!(refused, Err(Failed::Poison(_))), "{refused:?}");
    }
}
