//! Endpoints and what they were told of.

use domain::webhook::{EventType, EventTypes, Reach, ReplayRange, Switch, WebhookUrl};
use domain::{Instant, Sector, WebhookId};
use jiff::ToSpan as _;
use store::{Entity, Event, EventKey, Mode, NewWebhook, Scope, Store, StoreError, Webhook};
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

struct Shop {
    _table: Table,
    store: Store,
    scope: Scope,
}

impl Shop {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { _table: table, store, scope }
    }

    async fn add(&self, number: u128) -> Result<Webhook, StoreError> {
        let new = new(number);
        // As an instance that read them before the others were added.
        self.store.create_webhook(&self.scope.settings, &new, now()).await?;
        Ok(self.stored(new.id).await.unwrap())
    }

    async fn stored(&self, id: WebhookId) -> Result<Webhook, StoreError> {
        let merchant = self.scope.settings.merchant.id;
        let settings = self.store.settings_fresh(merchant, now()).await.unwrap();
        settings.webhook(id).cloned()
    }
}

#[tokio::test]
async fn five_endpoints_and_no_sixth_whoever_adds_them_at_once() {
    let shop = Shop::open().await;
    let added = futures::future::join_all((0..7).map(|number| shop.add(number))).await;
    let refused = added.iter().filter(|added| matches!(added, Err(StoreError::Conflict(_))));
    assert_eq!(refused.count(), 2);
}

#[tokio::test]
async fn a_deleted_endpoint_comes_back_by_no_note_and_no_change() {
    let shop = Shop::open().await;
    let merchant = shop.scope.settings.merchant.id;
    let first = shop.add(1).await.unwrap();
    shop.store.delete_webhook(merchant, &first).await.unwrap();
    // Another one has its place.
    let second = shop.add(2).await.unwrap();
    shop.store.delete_webhook(merchant, &first).await.unwrap();
    shop.store.note_webhook_success(merchant, &first, now()).await.unwrap();
    assert!(!shop.store.note_webhook_failure(merchant, &first, "timeout", now()).await.unwrap());
    let change = (&first.url, &first.events, false);
    let changed = shop.store.change_webhook(merchant, &first, change).await;
    assert!(matches!(changed, Err(StoreError::NotFound(Entity::Webhook))));
    let rotated = shop.store.rotate_webhook_secret(&shop.scope.settings, &first, now()).await;
    assert!(matches!(rotated, Err(StoreError::NotFound(Entity::Webhook))));
    let second = shop.stored(second.id).await.unwrap();
    assert_eq!((second.switch, second.health), (Switch::On, domain::webhook::Health::default()));
    assert!(shop.stored(first.id).await.is_err());
}

#[tokio::test]
async fn what_the_operator_turned_off_is_not_given_up_besides() {
    let shop = Shop::open().await;
    let merchant = shop.scope.settings.merchant.id;
    let webhook = shop.add(1).await.unwrap();
    let later = now() + (24 * 4).hours();
    for _ in 0..9 {
        shop.store.note_webhook_failure(merchant, &webhook, "timeout", now()).await.unwrap();
    }
    let change = (&webhook.url, &webhook.events, false);
    shop.store.change_webhook(merchant, &webhook, change).await.unwrap();
    assert!(!shop.store.note_webhook_failure(merchant, &webhook, "timeout", later).await.unwrap());
    assert_eq!(shop.stored(webhook.id).await.unwrap().switch, Switch::Off);
}

#[tokio::test]
async fn an_event_is_kept_for_thirty_days_and_found_by_its_range() {
    let shop = Shop::open().await;
    let tenant = shop.scope.tenant();
    let key = |at: &str| EventKey { at: instant(at), id: "evt_1".to_owned() };
    let event = |at: &str| Event {
        key: key(at),
        kind: EventType::MemberCreated,
        body: format!("{{\"at\":\"{at}\"}}"),
    };
    let [first, last] = ["2026-11-24T00:00:00Z", "2026-11-24T05:59:59Z"].map(event);
    let next = event("2026-11-24T06:00:00Z");
    let all = [first.clone(), last.clone(), next.clone()];
    shop.store.put_events(tenant, &all).await.unwrap();
    shop.store.put_events(tenant, &all).await.unwrap();
    let range = ReplayRange { from: first.key.at, until: next.key.at };
    let page = shop.store.events(tenant, range, None, now()).await.unwrap();
    assert_eq!((page.events, page.next), (vec![first.clone(), last], None));
    let last_second = instant("2026-12-23T23:59:59Z");
    let found = shop.store.event(tenant, &first.key, last_second).await.unwrap();
    assert_eq!(found, Some(first.clone()));
    let gone = shop.store.event(tenant, &first.key, last_second + 1.second()).await.unwrap();
    assert_eq!(gone, None);
    let tests = store::Tenant { mode: Mode::Test, ..tenant };
    assert_eq!(shop.store.event(tests, &first.key, now()).await.unwrap(), None);
}
