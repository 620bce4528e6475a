//! The fixture: the function on a table and a queue of its own. The test chooses the day of each daily run, and
//! the fixture handles the messages.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::CardNumber;
use domain::member::{Details, Email};
use domain::retention::Suppression;
use domain::{
    CardActivation, Cents, Day, Enrolment, EstablishmentId, Instant, MemberId, Merchant, Purchase,
    PurchaseKind, Receipt, ReceiptNumber, Register, Registration, Sector,
};
use platform::Deadline;
use platform::queue::{Failed, QueueClient};
use retention::{App, DryRun, QueuedRun, Request, Response, RetentionError, handle, run};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::{
    AnyContact, Contact, Customer, ErasureCounts, Known, NewMember, PurchaseToRecord, Scope,
    Source, Store,
};
use support::{Queue, Table, instant, merchant, mobile, open_merchant};

/// When members are created and invited, where a test does not say otherwise. The three months end with 30
/// November, and the daily run of 1 December erases.
pub(crate) const CREATED: &str = "2026-08-31T10:00:00Z";

pub(crate) struct Fixture {
    pub(crate) table: Arc<Table>,
    pub(crate) app: App,
    pub(crate) scope: Scope,
    pub(crate) queue: Arc<Queue>,
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

/// The instant at which the schedule invokes the function: 3 or 4 in the morning in Paris.
pub(crate) fn scheduled_at(day: &str) -> Instant {
    instant(&format!("{day}T02:00:00Z"))
}

pub(crate) fn card(number: u16) -> Contact {
    Contact::Card(CardNumber::parse(&format!("CARD{number}")).unwrap())
}

pub(crate) fn person(number: u16) -> NewMember {
    let details = Details {
        last_name: Some("Martin".to_owned()),
        email: Email::parse(&format!("martin{number}@example.com")).ok(),
        card: CardNumber::parse(&format!("CARD{number}")).ok(),
        ..Details::default()
    };
    NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till }
}

pub(crate) fn sale_on(number: &str, day_text: &str) -> Purchase {
    let receipt = Receipt {
        establishment: EstablishmentId::parse("paris").unwrap(),
        register: Register::default(),
        day: day(day_text),
        number: ReceiptNumber::parse(number).unwrap(),
    };
    let sold_at = instant(&format!("{day_text}T11:00:00Z"));
    let total = Cents::new(1_000);
    Purchase::new(Sector::Retail, receipt, PurchaseKind::Sale, sold_at, total, vec![], None)
        .unwrap()
}

impl Fixture {
    /// The service with a merchant, for which only the completed registration activates a card.
    pub(crate) async fn open(sector: Sector) -> Self {
        Self::open_with(sector, CardActivation::Registration).await
    }

    pub(crate) async fn open_with(sector: Sector, card_activation: CardActivation) -> Self {
        let table = Arc::new(Table::start().await);
        let store = table.store();
        let here = Merchant { card_activation, ..merchant(sector, 1) };
        let scope = open_merchant(&store, &here, instant(CREATED)).await;
        // There were daily runs before, so a run reads few months.
        store.save_first_month(day("2026-11-01").month()).await.unwrap();
        let queue = Arc::new(Queue::start().await);
        let app = app(store, &queue, "test");
        Self { table, app, scope, queue }
    }

    pub(crate) async fn enrol(&self, number: u16) -> MemberId {
        self.enrol_at(number, CREATED).await
    }

    /// Enrols and invites a person.
    pub(crate) async fn enrol_at(&self, number: u16, at: &str) -> MemberId {
        let member = self.enrol_uninvited(number, at).await;
        self.invite(member, at).await;
        member
    }

    pub(crate) async fn enrol_uninvited(&self, number: u16, at: &str) -> MemberId {
        let new = person(number);
        let made = self.app.store.create_member(&self.scope, &new, instant(at)).await;
        made.unwrap().0.person.id
    }

    pub(crate) async fn invite(&self, member: MemberId, at: &str) {
        self.register(member, Some(at), None).await;
    }

    pub(crate) async fn activate(&self, member: MemberId, at: &str) {
        self.register(member, None, Some(at)).await;
    }

    async fn register(&self, member: MemberId, invited: Option<&str>, activated: Option<&str>) {
        let (invited_at, activated_at) = (invited.map(instant), activated.map(instant));
        let registration = Registration { invited_at, activated_at };
        let now = activated_at.or(invited_at).unwrap();
        self.app.store.register(&self.scope, member, &registration, now).await.unwrap();
    }

    pub(crate) async fn sell(&self, member: MemberId, number: &str, day: &str) {
        let entry = PurchaseToRecord {
            card_activated: false,
            purchase: sale_on(number, day),
            source: Source::Operator,
        };
        let at = entry.purchase.sold_at();
        let customer = Customer::Member(member);
        self.app.store.record_purchase(&self.scope, &customer, &entry, at).await.unwrap();
    }

    /// Another merchant in the same table and queue.
    pub(crate) async fn open_another(&self, number: u128) -> Self {
        let store = self.table.store();
        let Merchant { sector, card_activation, .. } = self.scope.settings.merchant;
        let other = Merchant { card_activation, ..merchant(sector, number) };
        let scope = open_merchant(&store, &other, instant(CREATED)).await;
        let (table, queue) = (Arc::clone(&self.table), Arc::clone(&self.queue));
        let app = app(store, &queue, "test");
        Self { table, app, scope, queue }
    }

    /// Sends a request to the function on a day.
    pub(crate) async fn request(
        &self,
        request: &Request,
        day: &str,
    ) -> Result<Response, RetentionError> {
        run(&self.app, request, scheduled_at(day), Deadline::never()).await
    }

    /// Queues the daily run of a day; no message is handled.
    pub(crate) async fn queue_day(&self, day: &str) -> QueuedRun {
        match self.request(&Request::default(), day).await.unwrap() {
            Response::Queued(queued) => queued,
            other => panic!("the daily run answered {other:?}"),
        }
    }

    /// A whole daily run: its messages are handled until the queue is empty.
    pub(crate) async fn run_day(&self, day: &str) -> QueuedRun {
        let queued = self.queue_day(day).await;
        for outcome in self.handle_all(scheduled_at(day)).await {
            outcome.unwrap();
        }
        queued
    }

    /// The dry run of a day, of one merchant or of all.
    pub(crate) async fn dry_run(&self, today: &str, merchant: Option<String>) -> DryRun {
        let request = Request {
            today: Some(today.to_owned()),
            dry_run: true,
            merchant,
            ..Request::default()
        };
        match self.request(&request, "2026-09-02").await.unwrap() {
            Response::DryRun(listed) => listed,
            other => panic!("the dry run answered {other:?}"),
        }
    }

    /// Handles messages until the queue is empty.
    pub(crate) async fn handle_all(&self, now: Instant) -> Vec<Result<(), Failed>> {
        let mut outcomes = vec![];
        loop {
            let bodies = self.queue.sent("/retention");
            self.queue.clear();
            if bodies.is_empty() {
                return outcomes;
            }
            for body in bodies {
                outcomes.push(handle(&self.app, &body, now, Deadline::never()).await);
            }
        }
    }

    pub(crate) async fn is_there(&self, member: MemberId) -> bool {
        self.app.store.member(&self.scope, member).await.is_ok()
    }

    pub(crate) async fn erased_on(&self, text: &str) -> ErasureCounts {
        let (tenant, at) = (self.scope.tenant(), scheduled_at(text));
        self.app.store.erasure_counts(tenant, day(text), at).await.unwrap()
    }

    pub(crate) async fn known(&self, contact: &Contact) -> Option<Known> {
        let asked = std::slice::from_ref(contact);
        let entries = self.app.store.find_contacts(&self.scope, asked).await.unwrap();
        entries.get(contact).map(|entry| entry.known)
    }

    pub(crate) async fn suppression(&self, contact: &Contact, day: &str) -> Option<Suppression> {
        let asked = [AnyContact::Sole(contact.clone())];
        let found = self.app.store.suppressions(&self.scope, &asked, scheduled_at(day)).await;
        found.unwrap().get(&asked[0]).copied()
    }

    /// All items of the table, in the order of their keys.
    pub(crate) async fn dump(&self) -> Vec<String> {
        let client = self.table.client();
        let items = client.scan().table_name(self.table.name()).into_paginator().items().send();
        let items = items.collect::<Result<Vec<_>, _>>().await.unwrap();
        let mut lines: Vec<String> =
            items.into_iter().map(|item| line(&AttributeValue::M(item))).collect();
        lines.sort();
        lines
    }

    /// The number of items that name a member.
    pub(crate) async fn traces(&self, member: MemberId) -> usize {
        let id = member.to_string();
        self.dump().await.iter().filter(|line| line.contains(&id)).count()
    }
}

/// A value with the attributes of its maps in their order.
fn line(value: &AttributeValue) -> String {
    let map = match value {
        AttributeValue::M(map) => map,
        AttributeValue::L(list) => {
            return format!("{:?}", list.iter().map(line).collect::<Vec<_>>());
        }
        other => return format!("{other:?}"),
    };
    let sorted: BTreeMap<_, _> = map.iter().map(|(name, value)| (name, line(value))).collect();
    format!("{sorted:?}")
}

pub(crate) fn app(store: Store, queue: &Queue, stage: &str) -> App {
    let s3 = aws_sdk_s3::Config::builder()
        .behavior_version(aws_sdk_s3::config::BehaviorVersion::latest())
        .build();
    let client = queue.client();
    App {
        store,
        s3: aws_sdk_s3::Client::from_conf(s3),
        queue: QueueClient::new(move || client, "http://queue/retention"),
        archives_bucket: "archives".to_owned(),
        stage: stage.to_owned(),
    }
}
