use super::*;
use crate::app::KeptPlan;
use crate::file::{Context, Item, Outcome as Planned, Planner, RangeReader};
use domain::CardNumber;
use domain::member::Details;
use domain::{Day, EstablishmentId, MemberError, PurchaseError, Sector};
use std::fmt::Write as _;
use std::time::Duration;
use store::{CardStep, Store};
use support::{Table, instant, merchant, mobile, open_merchant};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn upload() -> UploadId {
    UploadId::mint(now(), 7)
}

struct Shop {
    _table: Table,
    app: App,
    scope: Scope,
}

impl Shop {
    /// A merchant who attests that its customers asked for the card.
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let mut merchant = merchant(Sector::Retail, 1);
        merchant.enrolment_attestation = Some(merchant.terms.clone());
        let scope = open_merchant(&store, &merchant, now()).await;
        Self { _table: table, app: app(store), scope }
    }

    async fn enter(&self, file: &str) -> Tally {
        let mut tally = Tally::default();
        let receipts = receipts(file, &mut tally);
        enter(&self.app, &self.scope, upload(), receipts, &mut tally, now()).await.unwrap();
        tally
    }

    async fn balance(&self, number: u16) -> Option<i64> {
        let contact = Contact::Mobile(mobile(number));
        let id = self.app.store.find_member(&self.scope, &contact).await.unwrap()?;
        Some(self.app.store.member(&self.scope, id).await.unwrap().account.sum().get())
    }
}

/// Buckets and queues that a window never calls.
fn app(store: Store) -> App {
    let s3 = aws_sdk_s3::Config::builder().behavior_version_latest().build();
    let sqs = aws_sdk_sqs::Config::builder().behavior_version_latest().build();
    App {
        store,
        s3: aws_sdk_s3::Client::from_conf(s3),
        sqs: aws_sdk_sqs::Client::from_conf(sqs),
        reports_bucket: String::new(),
        ranges_queue: String::new(),
        range_bytes: 1024,
        most_expanded_bytes: 1024,
        plan: KeptPlan::default(),
    }
}

fn receipts(file: &str, tally: &mut Tally) -> Vec<FileReceipt> {
    let mut planner = Planner::new(1 << 20);
    planner.feed(file.as_bytes());
    let Ok(Planned::Done(plan)) = planner.finish() else { panic!("a plan") };
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let context = Context {
        sector: Sector::Retail,
        establishment: EstablishmentId::parse("paris").unwrap(),
        today: Day::at(now(), &zone),
        zone,
    };
    let range = plan.ranges[0];
    let mut reader = RangeReader::new(&context, &plan.dialect, range.first_line, &plan.scattered);
    let mut items = Vec::new();
    reader.feed(&file.as_bytes()[usize::try_from(range.start).unwrap()..], &mut items);
    reader.finish(&mut items);
    let mut receipts = Vec::new();
    for item in items {
        match item {
            Item::Receipt(receipt) => receipts.push(*receipt),
            Item::Refused(row) => tally.refuse(row),
        }
    }
    receipts
}

/// Ten euros for each of `count` receipts, of ten customers in turn.
fn sales(count: u16) -> String {
    let mut file = String::from("ticket;date;mobile;total\n");
    for receipt in 0..count {
        let _ = writeln!(file, "R{receipt};2026-11-24;063998{:04};10,00", receipt % 10);
    }
    file
}

#[tokio::test]
async fn a_window_cut_short_anywhere_leaves_nothing_twice_and_nothing_lost() {
    let file = sales(300);
    for milliseconds in [1, 5, 10, 20, 40, 80, 160] {
        let shop = Shop::open().await;
        let cut = Duration::from_millis(milliseconds);
        for _ in 0..3 {
            // Dropped wherever it is, as a killed function would be.
            let _ = tokio::time::timeout(cut, shop.enter(&file)).await;
        }
        let tally = shop.enter(&file).await;
        let rows = tally.report.rows;
        assert_eq!((rows.read, rows.accepted), (300, 300), "cut after {cut:?}");
        assert_eq!((tally.report.points, tally.report.members_created), (3_000, 10));
        for number in 0..10 {
            assert_eq!(shop.balance(number).await, Some(300), "cut after {cut:?}");
        }
    }
}

#[tokio::test]
async fn the_same_rows_from_another_file_are_known() {
    let shop = Shop::open().await;
    shop.enter(&sales(20)).await;
    let mut tally = Tally::default();
    let receipts = receipts(&sales(20), &mut tally);
    let other = UploadId::mint(now(), 8);
    enter(&shop.app, &shop.scope, other, receipts, &mut tally, now()).await.unwrap();
    let rows = tally.report.rows;
    assert_eq!((rows.accepted, rows.already_known, tally.report.points), (0, 20, 0));
}

#[tokio::test]
async fn a_receipt_told_twice_in_one_file_counts_once() {
    let shop = Shop::open().await;
    let tally = shop
        .enter(
            "ticket;date;mobile;total\nA;2026-11-24;0639980001;10,00\nA;2026-11-24;0639980001;10,00\n\
             B;2026-11-24;0639980001;10,00\nB;2026-11-24;0639980001;11,00\n",
        )
        .await;
    let rows = tally.report.rows;
    assert_eq!((rows.accepted, rows.already_known, rows.refused), (2, 1, 1));
    assert_eq!(tally.refused[0].reason, Reason::Ledger(PurchaseError::ReceiptConflict.into()));
    assert_eq!(shop.balance(1).await, Some(20));
}

#[tokio::test]
async fn a_return_of_a_sale_of_the_same_file_comes_after_it() {
    let shop = Shop::open().await;
    let tally = shop
        .enter(
            "ticket;date;mobile;total;ticket d'origine;date du ticket d'origine\n\
             B;2026-11-24;0639980001;-4,00;A;2026-11-23\nA;2026-11-23;0639980001;10,00;;\n\
             C;2026-11-24;0639980001;-4,00;Z;2026-11-23\n",
        )
        .await;
    let rows = tally.report.rows;
    assert_eq!((rows.accepted, rows.refused), (2, 1), "{:?}", tally.refused);
    assert_eq!(tally.refused[0].reason, Reason::Ledger(PurchaseError::ReturnedSaleUnknown.into()));
    assert_eq!(shop.balance(1).await, Some(6));
}

#[tokio::test]
async fn a_member_of_more_purchases_than_a_transaction_takes_gets_them_all() {
    let shop = Shop::open().await;
    let mut file = String::from("ticket;date;mobile;total\n");
    for receipt in 0..230 {
        let _ = writeln!(file, "R{receipt};2026-11-24;0639980001;10,00");
    }
    let tally = shop.enter(&file).await;
    assert_eq!((tally.report.rows.accepted, tally.report.members_created), (230, 1));
    assert_eq!(shop.balance(1).await, Some(2_300));
}

#[tokio::test]
async fn a_lost_card_is_good_for_what_was_sold_before_it_was_blocked() {
    let shop = Shop::open().await;
    let (store, scope) = (&shop.app.store, &shop.scope);
    let card = |number| CardNumber::parse(number).unwrap();
    let details = Details { card: Some(card("CARD1")), ..Details::default() };
    let new = NewMember { mobile: mobile(1), details, enrolment: Enrolment::Till };
    let (member, _) = store.create_member(scope, &new, now()).await.unwrap();
    let (step, at) = (CardStep::Replace(card("CARD2")), instant("2026-11-22T12:00:00Z"));
    store.step_card(scope, member.person.id, &step, &Source::Operator, at).await.unwrap();
    let file = "ticket;date;numéro carte;total\nA;2026-11-20;CARD1;10,00\n\
                B;2026-11-23;CARD1;10,00\nC;2026-11-23;CARD2;10,00\n";
    let tally = shop.enter(file).await;
    assert_eq!((tally.report.rows.accepted, tally.report.rows.refused), (2, 1));
    assert_eq!(tally.refused[0].reason, Reason::Ledger(MemberError::CardBlocked.into()));
    assert_eq!(shop.balance(1).await, Some(20));
}
