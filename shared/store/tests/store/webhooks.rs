//! Endpoints and their events.

use domain::webhook::{EventType, EventTypes, Reach, ReplayRange, Switch, WebhookUrl};
use domain::{Instant, Sector, WebhookId};
use jiff::ToSpan as _;
use store::{
    Conflict, Entity, Event, EventKey, Mode, NewWebhook, Scope, Store, StoreError, Webhook,
    WebhookChange,
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
    }
}

fn turned_off(webhook: &Webhook) -> WebhookChange {
    WebhookChange { url: webhook.url.clone(), events: webhook.events.clone(), on: false }
}

struct Fixture {
    _table: Table,
    store: Store,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { _table: table, store, scope }
    }

    async fn add(&self, number: u128) -> Result<Webhook, StoreError> {
        let new = new(number);
        // The settings are those of an instance that has not seen the other endpoints.
        self.store
            .create_webhook(&self.scope.settings, &new, domain::Credential::Operator, now())
            .await?;
        Ok(self.stored(new.id).await.unwrap())
    }

    async fn stored(&self, id: WebhookId) -> Result<Webhook, StoreError> {
        let merchant = self.scope.settings.merchant.id;
        let settings = self.store.settings_fresh(merchant, now()).await.unwrap();
        settings.webhook(id).cloned()
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
async fn no_late_write_restores_a_deleted_endpoint() {
    let fixture = Fixture::open().await;
    let merchant = fixture.scope.settings.merchant.id;
    let first = fixture.add(1).await.unwrap();
    fixture.store.delete_webhook(merchant, &first).await.unwrap();
    // The second endpoint has the slot of the first.
    let second = fixture.add(2).await.unwrap();
    fixture.store.delete_webhook(merchant, &first).await.unwrap();
    fixture.store.record_webhook_success(merchant, &first, now()).await.unwrap();
    assert!(
        !fixture.store.record_webhook_failure(merchant, &first, "timeout", now()).await.unwrap()
    );
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

#[tokio::test]
async fn an_endpoint_that_is_off_is_not_given_up() {
    let fixture = Fixture::open().await;
    let merchant = fixture.scope.settings.merchant.id;
    let webhook = fixture.add(1).await.unwrap();
    let later = now() + (24 * 4).hours();
    for _ in 0..9 {
        fixture.store.record_webhook_failure(merchant, &webhook, "timeout", now()).await.unwrap();
    }
    let change = turned_off(&webhook);
    fixture
        .store
        .change_webhook(merchant, &webhook, &change, domain::Credential::Operator)
        .await
        .unwrap();
    assert!(
        !fixture.store.record_webhook_failure(merchant, &webhook, "timeout", later).await.unwrap()
    );
    assert_eq!(fixture.stored(webhook.id).await.unwrap().switch, Switch::Off);
}

#[tokio::test]
async fn an_event_is_stored_for_thirty_days_and_found_by_its_range() {
    let fixture = Fixture::open().await;
    let tenant = fixture.scope.tenant();
    let key = |at: &str| EventKey { at: instant(at), id: "evt_1".to_owned() };
    let event = |at: &str| Event {
        key: key(at),
        kind: EventType::MemberCreated,
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
