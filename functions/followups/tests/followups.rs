//! Nights of a merchant's members, and the proof of its ledger.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what a test did not expect fails it")]

use domain::member::{Details, Enrolment};
use domain::programme::{Expiry, Gifts, Level, LevelCode, SpendRule, Terms};
use domain::{
    Cents, Day, EstablishmentId, Instant, MemberId, Points, Programme, Purchase, PurchaseKind,
    Receipt, ReceiptNumber, Register, Sector,
};
use followups::{Answer, App, FollowupsError, Ledger, Order, Proof, Queued, handle, take};
use store::{Customer, Entry, HistoryEntry, NewMember, Scope, Source, Store};
use support::{Queue, Table, instant, merchant, mobile, open_merchant, open_merchant_with};

const CREATED: &str = "2025-10-01T10:00:00Z";

struct Fixture {
    _table: Table,
    queue: Queue,
    app: App,
    scope: Scope,
}

fn programme() -> Programme {
    Programme::from_stored(Terms {
        spend: vec![SpendRule::of_everything(1, Cents::new(100))],
        gifts: Gifts { birthday: 50, ..Gifts::default() },
        expiry: Expiry::AfterEarning { months: 12 },
        levels: vec![Level {
            code: LevelCode::parse("gold").unwrap(),
            name: "Or".to_owned(),
            from: Points::new(100),
        }],
        ..Terms::default()
    })
}

/// Three in the morning in Paris.
fn night_of(day: &str) -> Instant {
    instant(&format!("{day}T02:00:00Z"))
}

impl Fixture {
    async fn open(stage: &str) -> Self {
        let table = Table::start().await;
        let store = table.store();
        let shop = merchant(Sector::Retail, 1);
        let scope = open_merchant_with(&store, &shop, &programme(), instant(CREATED)).await;
        let queue = Queue::start().await;
        let app = App {
            store,
            sqs: queue.client(),
            followups_queue: "http://queue/followups".to_owned(),
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
        let entry = Entry { purchase, source: Source::Operator };
        let customer = Customer::Member(member);
        self.store().record_purchase(&self.scope, &customer, &entry, sold_at).await.unwrap();
    }

    /// A night, and everything it queues.
    async fn night(&self, day: &str) -> Queued {
        let answer = take(&self.app, &Order::default(), night_of(day), Instant::MAX).await.unwrap();
        let Answer::Queued(queued) = answer else { panic!("no night: {answer:?}") };
        self.empty_queue(day).await;
        queued
    }

    async fn empty_queue(&self, day: &str) {
        loop {
            let bodies = self.queue.sent("followups");
            self.queue.clear();
            if bodies.is_empty() {
                break;
            }
            for body in bodies {
                handle(&self.app, &body, night_of(day), Instant::MAX).await.unwrap();
            }
        }
    }

    async fn prove(&self) -> Proof {
        let merchant = self.scope.settings.merchant.id.to_string();
        let ledger = Ledger { merchant, mode: None, shard: 0, after: None };
        let order = Order { prove: Some(ledger), ..Order::default() };
        let answer = take(&self.app, &order, night_of("2027-01-01"), Instant::MAX).await.unwrap();
        let Answer::Proof(proof) = answer else { panic!("no proof: {answer:?}") };
        proof
    }

    async fn balance(&self, member: MemberId) -> i64 {
        self.store().member(&self.scope, member).await.unwrap().account.sum().get()
    }

    /// The entries of a member that are no purchase: cause and points, newest first.
    async fn entries(&self, member: MemberId) -> Vec<(String, i64)> {
        let after = std::collections::HashMap::new();
        let page = self.store().history(&self.scope, member, &after, 100).await.unwrap();
        let named = page.entries.into_iter().filter_map(|entry| match entry {
            HistoryEntry::Ledger(entry) => {
                Some((entry.cause.as_str().to_owned(), entry.points.get()))
            }
            _ => None,
        });
        named.collect()
    }
}

#[tokio::test]
async fn what_is_not_spent_ends_in_the_night_after_its_last_day_and_once() {
    let fixture = Fixture::open("test").await;
    let member = fixture.enrol(1, None).await;
    fixture.sell(member, "1", "2025-10-10", 4_000).await;
    fixture.sell(member, "2", "2025-11-10", 3_000).await;
    fixture.night("2026-10-31").await;
    assert_eq!(fixture.balance(member).await, 70);
    for _ in 0..2 {
        let queued = fixture.night("2026-11-01").await;
        assert_eq!(queued, Queued { today: "2026-11-01".to_owned(), merchants: 1 });
        assert_eq!(fixture.balance(member).await, 30);
    }
    assert_eq!(fixture.entries(member).await, [("expiry".to_owned(), -40)]);
    let proof = fixture.prove().await;
    assert_eq!((proof.members, proof.entries, proof.unproved.len()), (1, 3, 0));
}

#[tokio::test]
async fn a_birthday_is_given_its_points_once_a_year() {
    let fixture = Fixture::open("test").await;
    let member = fixture.enrol(1, Some("1980-11-25")).await;
    let other = fixture.enrol(2, None).await;
    for day in ["2025-11-24", "2025-11-25", "2025-11-26", "2026-11-27", "2026-11-28"] {
        fixture.night(day).await;
    }
    assert_eq!((fixture.balance(member).await, fixture.balance(other).await), (100, 0));
    assert_eq!(fixture.entries(member).await.len(), 2);
    assert_eq!(fixture.prove().await.unproved.len(), 0);
}

#[tokio::test]
async fn a_level_falls_in_the_night_of_its_anniversary() {
    let fixture = Fixture::open("test").await;
    let member = fixture.enrol(1, None).await;
    fixture.sell(member, "1", "2025-10-10", 20_000).await;
    let level = async || {
        let account = fixture.store().member(&fixture.scope, member).await.unwrap().account;
        account.level.map(|standing| standing.code.as_str().to_owned())
    };
    assert_eq!(level().await.as_deref(), Some("gold"));
    fixture.night("2026-10-09").await;
    assert_eq!(level().await.as_deref(), Some("gold"));
    fixture.night("2026-10-10").await;
    assert_eq!(level().await, None);
}

#[tokio::test]
async fn a_merchant_whose_programme_asks_for_no_night_is_left_alone() {
    let fixture = Fixture::open("test").await;
    let quiet = merchant(Sector::Retail, 2);
    open_merchant(fixture.store(), &quiet, instant(CREATED)).await;
    assert_eq!(fixture.night("2026-11-01").await.merchants, 1);
}

#[tokio::test]
async fn a_walk_that_ends_before_its_time_goes_on_where_it_was() {
    let fixture = Fixture::open("test").await;
    let mut members = vec![];
    for number in 1..=20 {
        let member = fixture.enrol(number, Some("1980-11-25")).await;
        members.push(member);
    }
    take(&fixture.app, &Order::default(), night_of("2025-11-25"), Instant::MAX).await.unwrap();
    let bodies = fixture.queue.sent("followups");
    fixture.queue.clear();
    for body in bodies {
        // No time at all: the same message again.
        let night = night_of("2025-11-25");
        handle(&fixture.app, &body, night, Instant::UNIX_EPOCH).await.unwrap();
        assert_eq!(fixture.queue.sent("followups").last(), Some(&body));
    }
    fixture.empty_queue("2025-11-25").await;
    for member in members {
        assert_eq!(fixture.balance(member).await, 50);
    }
}

#[tokio::test]
async fn a_real_members_points_are_never_ended_by_a_simulated_day() {
    let fixture = Fixture::open("live").await;
    let order = Order { today: Some("2030-01-01".to_owned()), ..Order::default() };
    let refused = take(&fixture.app, &order, night_of("2026-11-01"), Instant::MAX).await;
    assert!(matches!(refused, Err(FollowupsError::Order(_))));
}

#[tokio::test]
async fn a_body_that_is_no_piece_of_a_night_is_poison() {
    let fixture = Fixture::open("test").await;
    let odd = r#"{"tenant":"M#1","today":"2026-11-01","shard":0}"#;
    for body in ["", "{}", odd] {
        let dealt = handle(&fixture.app, body, night_of("2026-11-01"), Instant::MAX).await;
        assert!(matches!(dealt, Err(platform::queue::Failed::Poison(_))), "{body}");
    }
}
