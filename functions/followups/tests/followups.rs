//! The daily run of a merchant's members, and the proof of its ledger.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

use domain::member::{Details, Enrolment};
use domain::programme::{Expiry, Gifts, Level, LevelCode, SpendRule, Terms};
use domain::{
    Cents, Credential, Day, EstablishmentId, Instant, MemberId, Points, Programme, Purchase,
    PurchaseKind, Receipt, ReceiptNumber, Register, Sector,
};
use followups::{
    App, FollowupsError, LedgerRequest, Proof, QueuedRun, Request, Response, handle_message,
    handle_request,
};
use platform::Deadline;
use platform::queue::{Failed, QueueClient};
use std::time::Duration;
use store::{Customer, HistoryEntry, NewMember, PurchaseToRecord, Scope, Source, Store};
use support::{Queue, Table, instant, merchant, mobile, open_merchant, open_merchant_with};

const CREATED: &str = "2025-10-01T10:00:00Z";
const BIRTHDAY_POINTS: u32 = 50;

struct Fixture {
    _table: Table,
    queue: Queue,
    app: App,
    scope: Scope,
}

fn programme() -> Programme {
    Programme::from_stored(Terms {
        spend: vec![SpendRule::of_everything(1, Cents::new(100))],
        gifts: Gifts { birthday: BIRTHDAY_POINTS, ..Gifts::default() },
        expiry: Expiry::AfterEarning { months: 12 },
        levels: vec![Level {
            code: LevelCode::parse("gold").unwrap(),
            name: "Or".to_owned(),
            from: Points::new(100),
        }],
        ..Terms::default()
    })
}

/// An instant in the night before a day.
fn scheduled_at(day: &str) -> Instant {
    instant(&format!("{day}T02:00:00Z"))
}

impl Fixture {
    async fn open(stage: &str) -> Self {
        let table = Table::start().await;
        let store = table.store();
        let shop = merchant(Sector::Retail, 1);
        let scope = open_merchant_with(&store, &shop, &programme(), instant(CREATED)).await;
        let queue = Queue::start().await;
        let client = queue.client();
        let app = App {
            store,
            queue: QueueClient::new(move || client, "http://queue/followups"),
            stage: stage.to_owned(),
        };
        Self { _table: table, queue, app, scope }
    }

    const fn store(&self) -> &Store {
        &self.app.store
    }

    async fn enrol(&self, number: u16, born: Option<&str>) -> MemberId {
        let birth_date = born.map(|day| Day::parse(day).unwrap());
        let details = Details { birth_date, ..Details::default() };
        let new = NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till };
        let made = self.store().create_member(&self.scope, &new, instant(CREATED)).await;
        made.unwrap().0.person.id
    }

    async fn sell(&self, member: MemberId, number: &str, day: &str, cents: i64) {
        let receipt = Receipt {
            establishment: EstablishmentId::parse("paris").unwrap(),
            register: Register::default(),
            day: Day::parse(day).unwrap(),
            number: ReceiptNumber::parse(number).unwrap(),
        };
        let sold_at = instant(&format!("{day}T10:00:00Z"));
        let (kind, total) = (PurchaseKind::Sale, Cents::new(cents));
        let purchase =
            Purchase::new(Sector::Retail, receipt, kind, sold_at, total, vec![], None).unwrap();
        let entry = PurchaseToRecord { card_activated: false, purchase, source: Source::Operator };
        let customer = Customer::Member(member);
        self.store().record_purchase(&self.scope, &customer, &entry, sold_at).await.unwrap();
    }

    async fn request(&self, request: &Request, day: &str) -> Result<Response, FollowupsError> {
        handle_request(&self.app, request, scheduled_at(day), Deadline::never()).await
    }

    /// Queues the daily run of a day; no message is handled.
    async fn queue_day(&self, day: &str) -> QueuedRun {
        match self.request(&Request::default(), day).await.unwrap() {
            Response::Queued(queued) => queued,
            Response::Proof(_) => panic!("the request asks for no proof"),
        }
    }

    /// A whole daily run: its messages are handled until the queue is empty.
    async fn run_day(&self, day: &str) -> QueuedRun {
        let queued = self.queue_day(day).await;
        self.handle_all(day).await;
        queued
    }

    /// Handles messages until the queue is empty.
    async fn handle_all(&self, day: &str) {
        loop {
            let bodies = self.queue.sent("followups");
            self.queue.clear();
            if bodies.is_empty() {
                break;
            }
            for body in bodies {
                handle_message(&self.app, &body, scheduled_at(day), Deadline::never())
                    .await
                    .unwrap();
            }
        }
    }

    async fn prove(&self) -> Proof {
        let merchant = self.scope.settings.merchant.id.to_string();
        let ledger = LedgerRequest { merchant, mode: None, shard: 0, after: None };
        let request = Request { prove: Some(ledger), ..Request::default() };
        match self.request(&request, "2027-01-01").await.unwrap() {
            Response::Proof(proof) => proof,
            Response::Queued(_) => panic!("the request asks for a proof"),
        }
    }

    async fn balance(&self, member: MemberId) -> i64 {
        self.store().member(&self.scope, member).await.unwrap().account.sum().get()
    }

    /// The cause and the points of a member's ledger entries, newest first. Purchases are not among them.
    async fn entries(&self, member: MemberId) -> Vec<(String, i64)> {
        let after = std::collections::BTreeMap::new();
        let page = self.store().history(&self.scope, member, &after, 100).await.unwrap();
        let named = page.entries.into_iter().filter_map(|entry| match entry {
            HistoryEntry::Ledger { entry, by } => {
                assert_eq!(by, Credential::Service, "{entry:?}");
                Some((entry.cause.as_str().to_owned(), entry.points.get()))
            }
            _ => None,
        });
        named.collect()
    }
}

#[tokio::test]
async fn points_that_are_not_spent_expire_once_after_their_last_day() {
    let fixture = Fixture::open("test").await;
    let member = fixture.enrol(1, None).await;
    fixture.sell(member, "1", "2025-10-10", 4_000).await;
    fixture.sell(member, "2", "2025-11-10", 3_000).await;
    fixture.run_day("2026-10-31").await;
    assert_eq!(fixture.balance(member).await, 70);
    for _ in 0..2 {
        let queued = fixture.run_day("2026-11-01").await;
        assert_eq!(queued, QueuedRun { today: "2026-11-01".to_owned(), merchants: 1 });
        assert_eq!(fixture.balance(member).await, 30);
    }
    assert_eq!(fixture.entries(member).await, [("expiry".to_owned(), -40)]);
    let proof = fixture.prove().await;
    assert_eq!(proof.members, 1);
    assert_eq!(proof.entries, 3, "two sales and the expiry");
    assert!(proof.unproved.is_empty());
}

#[tokio::test]
async fn a_member_is_given_birthday_points_once_a_year() {
    let fixture = Fixture::open("test").await;
    let member = fixture.enrol(1, Some("1980-11-25")).await;
    let other = fixture.enrol(2, None).await;
    for day in ["2025-11-24", "2025-11-25", "2025-11-26", "2026-11-27", "2026-11-28"] {
        fixture.run_day(day).await;
    }
    let birthdays = vec![("birthday".to_owned(), i64::from(BIRTHDAY_POINTS)); 2];
    assert_eq!(fixture.entries(member).await, birthdays);
    assert_eq!(fixture.balance(member).await, 2 * i64::from(BIRTHDAY_POINTS));
    assert_eq!(fixture.balance(other).await, 0);
    assert!(fixture.prove().await.unproved.is_empty());
}

#[tokio::test]
async fn a_level_ends_on_its_anniversary() {
    let fixture = Fixture::open("test").await;
    let member = fixture.enrol(1, None).await;
    fixture.sell(member, "1", "2025-10-10", 20_000).await;
    let level = async || {
        let account = fixture.store().member(&fixture.scope, member).await.unwrap().account;
        account.level.map(|standing| standing.code.as_str().to_owned())
    };
    assert_eq!(level().await.as_deref(), Some("gold"));
    fixture.run_day("2026-10-09").await;
    assert_eq!(level().await.as_deref(), Some("gold"));
    fixture.run_day("2026-10-10").await;
    assert_eq!(level().await, None);
}

#[tokio::test]
async fn a_merchant_whose_programme_needs_no_daily_run_is_skipped() {
    let fixture = Fixture::open("test").await;
    let quiet = merchant(Sector::Retail, 2);
    open_merchant(fixture.store(), &quiet, instant(CREATED)).await;
    assert_eq!(fixture.run_day("2026-11-01").await.merchants, 1);
}

#[tokio::test]
async fn a_daily_run_out_of_time_continues_where_it_was() {
    let fixture = Fixture::open("test").await;
    let mut members = vec![];
    for number in 1..=20 {
        let member = fixture.enrol(number, Some("1980-11-25")).await;
        members.push(member);
    }
    fixture.queue_day("2025-11-25").await;
    let bodies = fixture.queue.sent("followups");
    fixture.queue.clear();
    for body in bodies {
        // Without any time, the same message is queued again.
        let now = scheduled_at("2025-11-25");
        handle_message(&fixture.app, &body, now, Deadline::after(Duration::ZERO)).await.unwrap();
        assert_eq!(fixture.queue.sent("followups").last(), Some(&body));
    }
    fixture.handle_all("2025-11-25").await;
    for member in members {
        assert_eq!(fixture.balance(member).await, i64::from(BIRTHDAY_POINTS));
    }
}

#[tokio::test]
async fn a_simulated_day_never_ends_the_points_of_real_members() {
    let fixture = Fixture::open("live").await;
    let request = Request { today: Some("2030-01-01".to_owned()), ..Request::default() };
    let refused = fixture.request(&request, "2026-11-01").await;
    assert!(matches!(refused, Err(FollowupsError::Request(_))));
}

#[tokio::test]
async fn a_body_that_is_no_message_is_poison() {
    let fixture = Fixture::open("test").await;
    let no_tenant = r#"{"tenant":"M#1","today":"2026-11-01","shard":0}"#.to_owned();
    let tenant = fixture.scope.tenant();
    let no_day = format!(r#"{{"tenant":"{tenant}","today":"2026-11-31","shard":0}}"#);
    let no_shard = format!(r#"{{"tenant":"{tenant}","today":"2026-11-01","shard":16}}"#);
    for body in [String::new(), "{}".to_owned(), no_tenant, no_day, no_shard] {
        let now = scheduled_at("2026-11-01");
        let handled = handle_message(&fixture.app, &body, now, Deadline::never()).await;
        assert!(matches!(handled, Err(Failed::Poison(_))), "{body}");
    }
}
