//! Endpoints and their events.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::webhook::{EventType, EventTypes, Health, Reach, ReplayRange, Switch, WebhookUrl};
use domain::{Instant, Sector, WebhookId};
use jiff::ToSpan as _;
use std::sync::Arc;
use store::{
    Conflict, Entity, Event, EventKey, EventOrigin, FailureEffect, Mode, NewWebhook, Scope, Store,
    StoreError, Webhook, WebhookChange, Webhooks,
};
use support::{Table, instant, merchant, open_merchant};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn new(number: u128) -> NewWebhook {
    NewWebhook {
        id: WebhookId::mint(now(), number),
        mode: Mode::Live,
        url: WebhookUrl::parse("https://hooks.example.com/", Reach::Public).unwrap(),
        events: EventTypes::new([EventType::MemberCreated]).unwrap(),
        file_events: false,
    }
}

fn turned_off(webhook: &Webhook) -> WebhookChange {
    let (url, events) = (webhook.url.clone(), webhook.events.clone());
    WebhookChange { url, events, file_events: false, on: false }
}

struct Fixture {
    table: Table,
    store: Store,
    scope: Scope,
    /// The endpoints before the first one.
    none: Arc<Webhooks>,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        let none = store.webhooks_fresh(scope.settings.merchant.id, now()).await.unwrap();
        Self { table, store, scope, none }
    }

    async fn add(&self, number: u128) -> Result<Webhook, StoreError> {
        let new = new(number);
        // The endpoints are those of an instance that has not seen the others.
        let credential = domain::Credential::Operator;
        self.store
            .create_webhook(&self.scope.settings, &self.none, &new, credential, now())
            .await?;
        Ok(self.stored(new.id).await.unwrap())
    }

    async fn stored(&self, id: WebhookId) -> Result<Webhook, StoreError> {
        let merchant = self.scope.settings.merchant.id;
        let webhooks = self.store.webhooks_fresh(merchant, now()).await.unwrap();
        webhooks.find(id).cloned()
    }
}

#[tokio::test]
async fn concurrent_requests_create_five_endpoints_at_most() {
    let fixture = Fixture::open().await;
    let added = futures::future::join_all((0..7).map(|number| fixture.add(number))).await;
    let refused = added
        .iter()
        .filter(|added| matches!(added, Err(StoreError::Conflict(Conflict::TooManyWebhooks))));
    assert_eq!(refused.count(), 2);
}

#[tokio::test]
async fn every_instance_sees_a_new_and_a_deleted_endpoint_within_a_minute() {
    let fixture = Fixture::open().await;
    let merchant = fixture.scope.settings.merchant.id;
    let (here, elsewhere) = (&fixture.store, fixture.table.store());
    let seen = async |store: &Store, seconds: i64| {
        let webhooks = store.webhooks(merchant, now() + seconds.seconds()).await.unwrap();
        webhooks.all().len()
    };
    assert_eq!(seen(&elsewhere, 0).await, 0);
    let webhook = fixture.add(1).await.unwrap();
    assert_eq!([seen(here, 1).await, seen(&elsewhere, 59).await], [1, 0]);
    assert_eq!(seen(&elsewhere, 60).await, 1);
    fixture.store.delete_webhook(merchant, &webhook).await.unwrap();
    assert_eq!([seen(here, 61).await, seen(&elsewhere, 119).await], [0, 1]);
    assert_eq!(seen(&elsewhere, 120).await, 0);
}

#[tokio::test]
async fn a_damaged_endpoint_stops_no_function_that_only_reads_settings() {
    let fixture = Fixture::open().await;
    let merchant = fixture.scope.settings.merchant.id;
    fixture.add(1).await.unwrap();
    let client = fixture.table.client();
    client
        .update_item()
        .table_name(fixture.table.name())
        .key("pk", AttributeValue::S(format!("M#{merchant}#WEBHOOKS")))
        .key("sk", AttributeValue::S("PUSH#1".to_owned()))
        .update_expression("REMOVE secret")
        .condition_expression("attribute_exists(secret)")
        .send()
        .await
        .unwrap();
    let webhooks = fixture.table.store().webhooks(merchant, now()).await;
    assert!(matches!(webhooks, Err(StoreError::Corrupt(_))));
    assert!(fixture.table.store().settings(merchant, now()).await.is_ok());
}

#[tokio::test]
async fn no_late_write_restores_a_deleted_endpoint() {
    let fixture = Fixture::open().await;
    let merchant = fixture.scope.settings.merchant.id;
    let first = fixture.add(1).await.unwrap();
    fixture.store.delete_webhook(merchant, &first).await.unwrap();
    // The second endpoint has the slot of the first.
    let second = fixture.add(2).await.unwrap();
    fixture.store.delete_webhook(merchant, &first).await.unwrap();
    fixture.store.record_webhook_success(merchant, &first, now()).await.unwrap();
    let failed = fixture.store.record_webhook_failure(merchant, &first, "timeout", now()).await;
    assert_eq!(failed.unwrap(), FailureEffect::Counted);
    assert_eq!(fixture.store.park_webhook_event(merchant, &first, now()).await.unwrap(), None);
    let change = turned_off(&first);
    let changed =
        fixture.store.change_webhook(merchant, &first, &change, domain::Credential::Operator).await;
    assert!(matches!(changed, Err(StoreError::NotFound(Entity::Webhook))));
    let rotated = fixture
        .store
        .rotate_webhook_secret(&fixture.scope.settings, &first, domain::Credential::Operator, now())
        .await;
    assert!(matches!(rotated, Err(StoreError::NotFound(Entity::Webhook))));
    let second = fixture.stored(second.id).await.unwrap();
    assert_eq!(second.switch, Switch::On);
    assert_eq!(second.health, domain::webhook::Health::default());
    assert!(fixture.stored(first.id).await.is_err());
}

/// An endpoint whose posts have been paused for more than three days, with failed probes all the time.
async fn long_paused(fixture: &Fixture) -> (domain::MerchantId, Webhook, Instant) {
    let merchant = fixture.scope.settings.merchant.id;
    let webhook = fixture.add(1).await.unwrap();
    let later = now() + (24 * 4).hours();
    let mut effects = Vec::new();
    for _ in 0..Health::FAILURES_BEFORE_OFF {
        let failed = fixture.store.record_webhook_failure(merchant, &webhook, "timeout", now());
        effects.push(failed.await.unwrap());
    }
    let paused = effects.iter().position(|effect| *effect == FailureEffect::Paused { at: now() });
    assert_eq!(paused, Some(4), "the fifth failure pauses: {effects:?}");
    assert_eq!(effects.iter().filter(|effect| **effect != FailureEffect::Counted).count(), 1);
    (merchant, fixture.stored(webhook.id).await.unwrap(), later)
}

#[tokio::test]
async fn an_endpoint_is_turned_off_once() {
    let fixture = Fixture::open().await;
    let (merchant, webhook, later) = long_paused(&fixture).await;
    let mut effects = Vec::new();
    for _ in 0..2 {
        let failed = fixture.store.record_webhook_failure(merchant, &webhook, "timeout", later);
        effects.push(failed.await.unwrap());
    }
    assert_eq!(effects, [FailureEffect::GivenUp, FailureEffect::Counted]);
    assert_eq!(fixture.stored(webhook.id).await.unwrap().switch, Switch::GivenUp);
}

#[tokio::test]
async fn an_endpoint_that_accepted_an_event_meanwhile_is_not_turned_off() {
    let fixture = Fixture::open().await;
    let (merchant, webhook, later) = long_paused(&fixture).await;
    let accepted = later - 1.hour();
    fixture.store.record_webhook_success(merchant, &webhook, accepted).await.unwrap();
    for _ in 0..=Health::FAILURES_BEFORE_OFF {
        let failed = fixture.store.record_webhook_failure(merchant, &webhook, "timeout", later);
        assert_eq!(failed.await.unwrap(), FailureEffect::Counted);
    }
    assert_eq!(fixture.stored(webhook.id).await.unwrap().switch, Switch::On);
}

#[tokio::test]
async fn an_endpoint_that_is_off_is_not_given_up() {
    let fixture = Fixture::open().await;
    let (merchant, webhook, later) = long_paused(&fixture).await;
    let change = turned_off(&webhook);
    fixture
        .store
        .change_webhook(merchant, &webhook, &change, domain::Credential::Operator)
        .await
        .unwrap();
    let failed = fixture.store.record_webhook_failure(merchant, &webhook, "timeout", later).await;
    assert_eq!(failed.unwrap(), FailureEffect::Counted);
    assert_eq!(fixture.stored(webhook.id).await.unwrap().switch, Switch::Off);
}

#[tokio::test]
async fn the_earliest_waiting_event_is_kept_and_a_changed_pause_is_not_ended() {
    let fixture = Fixture::open().await;
    let (merchant, webhook, _) = long_paused(&fixture).await;
    let store = &fixture.store;
    for (minutes, earliest) in [(5, 5), (9, 5), (3, 3)] {
        let at = now() + minutes.minutes();
        let health = store.park_webhook_event(merchant, &webhook, at).await.unwrap().unwrap();
        assert_eq!(health.waiting_since, Some(now() + earliest.minutes()));
    }
    // `webhook` was read before any event waited: without a probe, the pause goes on.
    assert_eq!(store.end_webhook_pause(merchant, &webhook, None).await.unwrap(), None);
    let paused = fixture.stored(webhook.id).await.unwrap();
    let health = store.end_webhook_pause(merchant, &paused, Some(now())).await.unwrap().unwrap();
    assert_eq!((health.paused_at, health.failures), (None, 0));
    let since = health.waiting_since.unwrap();
    store.forget_waiting_events(merchant, &paused, since).await.unwrap();
    assert_eq!(fixture.stored(webhook.id).await.unwrap().health.waiting_since, None);
    assert_eq!(store.park_webhook_event(merchant, &webhook, now()).await.unwrap(), None);
}

#[tokio::test]
async fn one_caller_takes_over_the_probes_of_a_pause() {
    let fixture = Fixture::open().await;
    let (merchant, webhook, later) = long_paused(&fixture).await;
    let claim = || fixture.store.claim_webhook_probe(merchant, &webhook, &webhook.health, later);
    assert_eq!([claim().await.unwrap(), claim().await.unwrap()], [true, false]);
}

#[tokio::test]
async fn an_event_is_stored_for_thirty_days_and_found_by_its_range() {
    let fixture = Fixture::open().await;
    let tenant = fixture.scope.tenant();
    let key = |at: &str| EventKey { at: instant(at), id: "evt_1".to_owned() };
    let event = |at: &str| Event {
        key: key(at),
        kind: EventType::MemberCreated,
        origin: EventOrigin::Service,
        body: format!("{{\"at\":\"{at}\"}}"),
    };
    let [first, last] = ["2026-11-24T00:00:00Z", "2026-11-24T05:59:59Z"].map(event);
    let next = event("2026-11-24T06:00:00Z");
    let all = [first.clone(), last.clone(), next.clone()];
    fixture.store.put_events(tenant, &all).await.unwrap();
    fixture.store.put_events(tenant, &all).await.unwrap();
    let range = ReplayRange { from: first.key.at, until: next.key.at };
    let page = fixture.store.events(tenant, range, None, now()).await.unwrap();
    assert_eq!(page.events, vec![first.clone(), last]);
    assert_eq!(page.next, None);
    let last_second = instant("2026-12-23T23:59:59Z");
    let found = fixture.store.event(tenant, &first.key, last_second).await.unwrap();
    assert_eq!(found, Some(first.clone()));
    let gone = fixture.store.event(tenant, &first.key, last_second + 1.second()).await.unwrap();
    assert_eq!(gone, None);
    let tests = store::Tenant { mode: Mode::Test, ..tenant };
    assert_eq!(fixture.store.event(tests, &first.key, now()).await.unwrap(), None);
}
