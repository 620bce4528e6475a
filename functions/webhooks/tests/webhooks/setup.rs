//! The fixture: the function on a table and a queue of its own, with a merchant whose endpoint is on this machine.

use crate::receiver::Receiver;
use aws_lambda_events::event::sqs::SqsMessage;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::Details;
use domain::programme::{Gifts, SpendRule, Terms};
use domain::webhook::{EventType, EventTypes, Reach, Switch, WebhookUrl};
use domain::{Cents, Instant, MemberId, Programme, Purchase, Sector, WebhookId};
use platform::queue::{Failed, QueueClient};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use store::{
    Customer, Mode, NewMember, NewWebhook, PurchaseToRecord, Scope, Source, Store, Webhook,
    WebhookChange, WebhookSecret,
};
use support::{Queue, Table, instant, merchant, mobile, open_merchant_with};
use webhooks::{App, StreamAnswer, StreamEvent, WebhookClient, handle, handle_changes};

/// When the changes of the tests happen, and when they are handled unless a test says otherwise.
pub(crate) fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

type Items = BTreeMap<(String, String), HashMap<String, AttributeValue>>;

pub(crate) struct Fixture {
    pub(crate) table: Table,
    pub(crate) queue: Queue,
    pub(crate) receiver: Receiver,
    pub(crate) app: App,
    pub(crate) scope: Scope,
    records: AtomicU32,
}

impl Fixture {
    /// A merchant whose programme gives one point a euro, and fifty welcome points.
    pub(crate) async fn open() -> Self {
        Self::reaching(Reach::Anywhere).await
    }

    pub(crate) async fn reaching(reach: Reach) -> Self {
        let (table, queue) = (Table::start().await, Queue::start().await);
        let store = table.store();
        let programme = Programme::from_stored(Terms {
            spend: vec![SpendRule::of_everything(1, Cents::new(100))],
            gifts: Gifts { welcome: 50, ..Gifts::default() },
            ..Terms::default()
        });
        let shop = merchant(Sector::Retail, 1);
        let scope = open_merchant_with(&store, &shop, &programme, now()).await;
        let (webhooks, unreadable) = (queue.client(), queue.client());
        let webhooks = QueueClient::new(move || webhooks, "http://queue/webhooks");
        let dead_letters = QueueClient::new(move || unreadable, "http://queue/dead-letters");
        let client = WebhookClient::with_timeout(reach, Duration::from_millis(500)).unwrap();
        let app = App::new(store, webhooks, dead_letters, client);
        let receiver = Receiver::start().await;
        Self { table, queue, receiver, app, scope, records: AtomicU32::default() }
    }

    /// Adds an endpoint at the receiver.
    pub(crate) async fn webhook(
        &self,
        mode: Mode,
        types: impl IntoIterator<Item = EventType>,
    ) -> (WebhookId, WebhookSecret) {
        let store = &self.app.store;
        let settings = &self.scope.settings;
        let webhooks = store.webhooks_fresh(settings.merchant.id, now()).await.unwrap();
        let number = u128::try_from(webhooks.all().len()).unwrap();
        let new = NewWebhook {
            id: WebhookId::mint(now(), number),
            mode,
            url: WebhookUrl::parse(&self.receiver.url, Reach::Anywhere).unwrap(),
            events: EventTypes::new(types).unwrap(),
            file_events: false,
        };
        let secret = store
            .create_webhook(settings, &webhooks, &new, domain::Credential::Operator, now())
            .await
            .unwrap();
        (new.id, secret)
    }

    /// Adds a live endpoint that subscribes to every event.
    pub(crate) async fn of_everything(&self) -> (WebhookId, WebhookSecret) {
        self.webhook(Mode::Live, EventType::ALL).await
    }

    /// An endpoint as it is now.
    pub(crate) async fn stored(&self, id: WebhookId) -> Webhook {
        let merchant = self.scope.settings.merchant.id;
        let webhooks = self.app.store.webhooks_fresh(merchant, now()).await.unwrap();
        webhooks.find(id).unwrap().clone()
    }

    /// The store of another instance, which has cached the present endpoints.
    pub(crate) async fn instance_with_cached_endpoints(&self) -> Store {
        let store = self.table.store();
        store.webhooks(self.scope.settings.merchant.id, now()).await.unwrap();
        store
    }

    /// Turns an endpoint off or on.
    pub(crate) async fn turn(&self, id: WebhookId, on: bool) {
        let webhook = self.stored(id).await;
        let (url, events) = (webhook.url.clone(), webhook.events.clone());
        let change = WebhookChange { url, events, file_events: webhook.file_events, on };
        let merchant = self.scope.settings.merchant.id;
        self.app
            .store
            .change_webhook(merchant, &webhook, &change, domain::Credential::Operator)
            .await
            .unwrap();
        assert_eq!(self.stored(id).await.switch == Switch::On, on);
    }

    /// Lets an endpoint receive the events of files.
    pub(crate) async fn ask_for_files(&self, id: WebhookId) {
        let webhook = self.stored(id).await;
        let (url, events) = (webhook.url.clone(), webhook.events.clone());
        let change = WebhookChange { url, events, file_events: true, on: true };
        let merchant = self.scope.settings.merchant.id;
        self.app
            .store
            .change_webhook(merchant, &webhook, &change, domain::Credential::Operator)
            .await
            .unwrap();
    }

    /// The records that a stream of the table would deliver for the changes of `done`.
    pub(crate) async fn records(&self, done: impl Future) -> Vec<Value> {
        let before = self.items().await;
        done.await;
        let mut after = self.items().await;
        let mut records = Vec::new();
        for (key, old) in before {
            match after.remove(&key) {
                Some(new) if new == old => {}
                new => records.push(self.record(&key, Some(old), new)),
            }
        }
        records.extend(after.into_iter().map(|(key, new)| self.record(&key, None, Some(new))));
        records
    }

    fn record(
        &self,
        (pk, sk): &(String, String),
        old: Option<HashMap<String, AttributeValue>>,
        new: Option<HashMap<String, AttributeValue>>,
    ) -> Value {
        let number = self.records.fetch_add(1, Ordering::Relaxed);
        let name = match (&old, &new) {
            (None, _) => "INSERT",
            (_, None) => "REMOVE",
            _ => "MODIFY",
        };
        let mut record = json!({
            "eventID": format!("change {number}"),
            "eventName": name,
            "eventSource": "aws:dynamodb",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_795_512_000.0,
                "Keys": {"pk": {"S": pk}, "sk": {"S": sk}},
                "SequenceNumber": number.to_string(),
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        });
        for (image, item) in [("OldImage", old), ("NewImage", new)] {
            if let Some(item) = item {
                record["dynamodb"][image] =
                    serde_json::to_value(serde_dynamo::Item::from(item)).unwrap();
            }
        }
        record
    }

    async fn items(&self) -> Items {
        let scan = self.table.client().scan().table_name(self.table.name());
        let mut pages = scan.into_paginator().items().send();
        let mut items = Items::new();
        while let Some(item) = pages.next().await {
            let item = item.unwrap();
            let key = ["pk", "sk"].map(|name| item[name].as_s().unwrap().clone());
            items.insert(key.into(), item);
        }
        items
    }

    /// Delivers a batch of the stream to the function.
    pub(crate) async fn take(&self, records: Vec<Value>) -> StreamAnswer {
        handle_changes(&self.app, StreamEvent { records }, now()).await
    }

    /// The messages that wait for the function.
    pub(crate) fn waiting(&self) -> Vec<String> {
        self.queue.sent("/webhooks")
    }

    /// Delivers a message to the function for the `attempt`th time.
    pub(crate) async fn deliver(
        &self,
        body: &str,
        attempt: usize,
        at: Instant,
    ) -> Result<(), Failed> {
        let mut message = SqsMessage::default();
        message.body = Some(body.to_owned());
        message.receipt_handle = Some(format!("attempt {attempt}"));
        message.attributes =
            HashMap::from([("ApproximateReceiveCount".to_owned(), attempt.to_string())]);
        Box::pin(handle(&self.app, &message, at)).await
    }

    pub(crate) async fn member(&self, scope: &Scope, number: u16) -> MemberId {
        self.member_by(scope, number, domain::Enrolment::Till).await
    }

    pub(crate) async fn member_by(
        &self,
        scope: &Scope,
        number: u16,
        enrolment: domain::Enrolment,
    ) -> MemberId {
        let details = Details { last_name: Some("Martin".to_owned()), ..Details::default() };
        let new = NewMember { mobile: mobile(number), details, enrolment };
        let created = Box::pin(self.app.store.create_member(scope, &new, now())).await;
        let (member, _) = created.unwrap();
        member.person.id
    }

    pub(crate) async fn record_purchase(&self, customer: Customer, purchase: Purchase) {
        self.record_purchase_of(Source::Operator, customer, purchase).await;
    }

    pub(crate) async fn record_purchase_of(
        &self,
        source: Source,
        customer: Customer,
        purchase: Purchase,
    ) {
        let entry = PurchaseToRecord { card_activated: false, purchase, source };
        Box::pin(self.app.store.record_purchase(&self.scope, &customer, &entry, now()))
            .await
            .unwrap();
    }

    /// A sale without a customer, as records of the stream.
    pub(crate) async fn sale(&self, number: &str) -> Vec<Value> {
        let sale = support::sale(number, 4_490);
        self.records(self.record_purchase(Customer::Anonymous, sale)).await
    }
}
