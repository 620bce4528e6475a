use super::{Tally, record};
use crate::context::App;
use crate::file::{Context, FileReceipt, Item, Outcome, Planner, RangeReader, RowRefusal};
use crate::file_plan::PlanCache;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use domain::CardNumber;
use domain::member::{Details, Email, Enrolment};
use domain::retention::ErasureReason;
use domain::{
    Channel, Credential, Day, EstablishmentId, Instant, MemberError, OppositionReason,
    PurchaseError, Sector, UploadId,
};
use platform::queue::QueueClient;
use rstest::rstest;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use store::{
    CardStep, ConsentChange, Contact, MAX_PURCHASES_PER_TRANSACTION, MasterKey, NewMember, Scope,
    Store,
};
use support::{Calls, Crash, Moment, Table, instant, merchant, mobile, open_merchant};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn upload() -> UploadId {
    UploadId::mint(now(), 7)
}

struct Fixture {
    table: Arc<Table>,
    app: App,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        Self::open_merchant(Arc::new(Table::start().await), 1).await
    }

    /// A merchant who attests that its customers asked for the card.
    async fn open_merchant(table: Arc<Table>, number: u128) -> Self {
        let store = table.store();
        let mut merchant = merchant(Sector::Retail, number);
        merchant.enrolment_attestation = Some(merchant.terms.clone());
        let scope = open_merchant(&store, &merchant, now()).await;
        Self { table, app: app(store), scope }
    }

    /// A store on the same table whose calls end as `crash` says.
    fn counting(&self, crash: &Crash) -> Store {
        let config = support::client_of(self.table.address())
            .retry_config(RetryConfig::disabled())
            .interceptor(crash.clone());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        Store::new(client, self.table.name(), MasterKey::derive("the secret of the tests"))
    }

    async fn record(&self, file: &str) -> Tally {
        self.record_as(upload(), file).await
    }

    async fn record_as(&self, upload: UploadId, file: &str) -> Tally {
        let mut tally = Tally::default();
        let receipts = receipts(file, &mut tally);
        record(&self.app, &self.scope, upload, receipts, &mut tally, now()).await.unwrap();
        tally
    }

    async fn balance(&self, number: u16) -> Option<i64> {
        let contact = Contact::Mobile(mobile(number));
        let id = self.app.store.find_member(&self.scope, &contact).await.unwrap()?;
        Some(self.app.store.member(&self.scope, id).await.unwrap().account.sum().get())
    }
}

/// An instance whose buckets and queues are never called.
fn app(store: Store) -> App {
    let s3 = aws_sdk_s3::Config::builder().behavior_version_latest().build();
    App {
        store,
        s3: aws_sdk_s3::Client::from_conf(s3),
        ranges: QueueClient::new(|| unreachable!("a window uses no queue"), ""),
        reports_bucket: String::new(),
        range_bytes: 1024,
        max_upload_bytes: 1_000_000,
        max_expanded_bytes: 1024,
        clock: || unreachable!("a window does not end a file"),
        plan_cache: PlanCache::default(),
    }
}

fn receipts(file: &str, tally: &mut Tally) -> Vec<FileReceipt> {
    let mut planner = Planner::new(1 << 20);
    planner.feed(file.as_bytes());
    let Ok(Outcome::Done(plan)) = planner.finish() else { panic!("the file has a plan") };
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

/// The lines of the listed rows, and their reasons.
fn listed(tally: &mut Tally) -> Vec<(u64, RowRefusal)> {
    let rows = std::iter::from_fn(|| tally.listed.take_before(u64::MAX));
    rows.map(|row| (row.line, row.reason)).collect()
}

/// The price of every receipt, and its points.
const EUROS: u32 = 10;
/// The customers of [`sales`].
const CUSTOMERS: u32 = 10;

/// A file of `count` receipts, of the customers in turn.
fn sales(count: u32) -> String {
    let mut file = String::from("ticket;date;mobile;total\n");
    for receipt in 0..count {
        let customer = receipt % CUSTOMERS;
        let _ = writeln!(file, "R{receipt};2026-11-24;063998{customer:04};{EUROS},00");
    }
    file
}

#[tokio::test]
async fn a_window_that_is_interrupted_anywhere_loses_nothing_and_records_nothing_twice() {
    const RECEIPTS: u32 = 300;
    let file = sales(RECEIPTS);
    let table = Arc::new(Table::start().await);
    for (number, milliseconds) in (1..).zip([1, 5, 10, 20, 40, 80, 160]) {
        let fixture = Fixture::open_merchant(Arc::clone(&table), number).await;
        let after = Duration::from_millis(milliseconds);
        for _ in 0..3 {
            // The timeout drops the future at any point, as when Lambda stops the function.
            let _ = tokio::time::timeout(after, fixture.record(&file)).await;
        }
        let tally = fixture.record(&file).await;
        let rows = tally.report.rows;
        assert_eq!(rows.read, u64::from(RECEIPTS), "interrupted after {after:?}");
        assert_eq!(rows.accepted, u64::from(RECEIPTS), "interrupted after {after:?}");
        assert_eq!(tally.report.points, i64::from(RECEIPTS * EUROS));
        assert_eq!(tally.report.members_created, u64::from(CUSTOMERS));
        for customer in 0..CUSTOMERS {
            let balance = fixture.balance(u16::try_from(customer).unwrap()).await;
            let expected = i64::from(RECEIPTS / CUSTOMERS * EUROS);
            assert_eq!(balance, Some(expected), "interrupted after {after:?}");
        }
    }
}

#[tokio::test]
async fn the_same_rows_in_another_file_are_already_known() {
    const RECEIPTS: u32 = 20;
    let fixture = Fixture::open().await;
    fixture.record(&sales(RECEIPTS)).await;
    let other = UploadId::mint(now(), 8);
    let tally = fixture.record_as(other, &sales(RECEIPTS)).await;
    assert_eq!(tally.report.rows.accepted, 0);
    assert_eq!(tally.report.rows.already_known, u64::from(RECEIPTS));
    assert_eq!(tally.report.points, 0);
}

#[tokio::test]
async fn a_receipt_that_is_twice_in_a_file_is_recorded_once() {
    let fixture = Fixture::open().await;
    let mut tally = fixture
        .record(
            "ticket;date;mobile;total\nA;2026-11-24;0639980001;10,00\nA;2026-11-24;0639980001;10,00\n\
             B;2026-11-24;0639980001;10,00\nB;2026-11-24;0639980001;11,00\n",
        )
        .await;
    let rows = tally.report.rows;
    assert_eq!(rows.accepted, 2);
    assert_eq!(rows.already_known, 1);
    assert_eq!(rows.refused, 1);
    let conflict = RowRefusal::Ledger(PurchaseError::ReceiptConflict.into());
    assert_eq!(listed(&mut tally), [(5, conflict)]);
    assert_eq!(fixture.balance(1).await, Some(20));
}

#[tokio::test]
async fn a_return_is_recorded_after_the_sale_in_the_same_file() {
    let fixture = Fixture::open().await;
    let mut tally = fixture
        .record(
            "ticket;date;mobile;total;ticket d'origine;date du ticket d'origine\n\
             B;2026-11-24;0639980001;-4,00;A;2026-11-23\nA;2026-11-23;0639980001;10,00;;\n\
             C;2026-11-24;0639980001;-4,00;Z;2026-11-23\n",
        )
        .await;
    let rows = tally.report.rows;
    assert_eq!((rows.accepted, rows.refused), (2, 1));
    let unknown = RowRefusal::Ledger(PurchaseError::ReturnedSaleUnknown.into());
    assert_eq!(listed(&mut tally), [(4, unknown)]);
    assert_eq!(fixture.balance(1).await, Some(6));
}

#[tokio::test]
async fn named_returns_that_are_recorded_already_are_settled_together() {
    const RETURNS: u16 = 90;
    let fixture = Fixture::open().await;
    let header = "ticket;date;mobile;total;ticket d'origine;date du ticket d'origine\n";
    let (mut sales, mut returns) = (header.to_owned(), header.to_owned());
    for number in 0..RETURNS {
        let member = number % 10;
        let _ = writeln!(sales, "A{number};2026-11-23;063998{member:04};10,00;;");
        let _ =
            writeln!(returns, "R{number};2026-11-24;063998{member:04};-4,00;A{number};2026-11-23");
    }
    fixture.record(&sales).await;
    let first = fixture.record(&returns).await;
    assert_eq!(first.report.rows.accepted, u64::from(RETURNS));
    let crash = Crash::default();
    let again = Fixture { app: app(fixture.counting(&crash)), ..fixture };
    // The customers and the receipts are one call each.
    crash.after(3, Calls::All, Moment::BeforeCall);
    let second = again.record(&returns).await;
    assert_eq!(
        (second.report.rows, second.report.points),
        (first.report.rows, first.report.points)
    );
    crash.never();
    assert_eq!(again.balance(1).await, Some(9 * 6));
}

#[tokio::test]
async fn returns_of_several_members_that_name_sales_of_their_window_are_all_recorded() {
    const SALES: u16 = 60;
    let fixture = Fixture::open().await;
    let mut file =
        String::from("ticket;date;mobile;total;ticket d'origine;date du ticket d'origine\n");
    for number in 0..SALES {
        let member = number % 10;
        let _ = writeln!(file, "R{number};2026-11-24;063998{member:04};-4,00;A{number};2026-11-23");
        let _ = writeln!(file, "A{number};2026-11-23;063998{member:04};10,00;;");
        // The same return again, and with another amount.
        let _ = writeln!(file, "R{number};2026-11-24;063998{member:04};-4,00;A{number};2026-11-23");
        let _ = writeln!(file, "R{number};2026-11-24;063998{member:04};-5,00;A{number};2026-11-23");
    }
    let tally = fixture.record(&file).await;
    let rows = tally.report.rows;
    let each = u64::from(SALES);
    assert_eq!((rows.accepted, rows.already_known, rows.refused), (2 * each, each, each));
    for member in 0..10 {
        assert_eq!(fixture.balance(member).await, Some(6 * 6));
    }
}

#[tokio::test]
async fn a_return_alone_makes_nobody_a_member_and_is_listed() {
    let fixture = Fixture::open().await;
    let header =
        "ticket;date;mobile;total;carte demandée;ticket d'origine;date du ticket d'origine\n";
    let mut tally = fixture
        .record(&format!(
            "{header}A;2026-11-24;0639980001;-12,00;oui;;\n\
             B;2026-11-24;0639980002;-12,00;oui;Z;2026-11-23\n\
             C;2026-11-24;0639980003;-4,00;oui;;\nD;2026-11-23;0639980003;10,00;oui;;\n"
        ))
        .await;
    assert_eq!(tally.report.members_created, 1);
    assert_eq!((tally.report.rows.not_enrolled, tally.report.rows.accepted), (2, 2));
    let not_enrolled = RowRefusal::Ledger(MemberError::NotEnrolled.into());
    assert_eq!(listed(&mut tally), [(2, not_enrolled), (3, not_enrolled)]);
    assert_eq!(fixture.balance(1).await, None);
    assert_eq!(fixture.balance(2).await, None);
    assert_eq!(fixture.balance(3).await, Some(6));
}

#[tokio::test]
async fn a_sale_of_today_without_a_time_is_no_activity_of_the_future() {
    let fixture = Fixture::open().await;
    // It is 10:20 in Paris, and a sale without a time counts as a sale at noon.
    fixture.record("ticket;date;mobile;total\nA;24/11/2026;0639980001;10,00\n").await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let id = store.find_member(scope, &Contact::Mobile(mobile(1))).await.unwrap().unwrap();
    let account = store.member(scope, id).await.unwrap().account;
    assert_eq!(account.last_activity, Some(now()));
}

#[tokio::test]
async fn a_member_with_more_purchases_than_a_transaction_holds_gets_all_of_them() {
    let receipts = 2 * MAX_PURCHASES_PER_TRANSACTION + 32;
    let fixture = Fixture::open().await;
    let mut file = String::from("ticket;date;mobile;total\n");
    for receipt in 0..receipts {
        let _ = writeln!(file, "R{receipt};2026-11-24;0639980001;{EUROS},00");
    }
    let tally = fixture.record(&file).await;
    let receipts = u32::try_from(receipts).unwrap();
    assert_eq!(tally.report.rows.accepted, u64::from(receipts));
    assert_eq!(tally.report.members_created, 1);
    assert_eq!(fixture.balance(1).await, Some(i64::from(receipts * EUROS)));
}

#[tokio::test]
async fn a_member_of_a_file_names_the_file_that_created_the_member() {
    let mut fixture = Fixture::open().await;
    fixture.scope.credential = Credential::Upload(upload());
    fixture.record("ticket;date;mobile;total\nA;2026-11-24;0639980001;10,00\n").await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let id = store.find_member(scope, &Contact::Mobile(mobile(1))).await.unwrap().unwrap();
    let member = store.member(scope, id).await.unwrap();
    assert_eq!(member.person.created_by, Credential::Upload(upload()));
}

#[tokio::test]
async fn a_blocked_card_is_accepted_for_sales_before_the_block() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let card = |number| CardNumber::parse(number).unwrap();
    let details = Details { card: Some(card("CARD1")), ..Details::default() };
    let new = NewMember { mobile: mobile(1), details, enrolment: Enrolment::Till };
    let (member, _) = store.create_member(scope, &new, now()).await.unwrap();
    let (step, at) = (CardStep::Replace(card("CARD2")), instant("2026-11-22T12:00:00Z"));
    store.step_card(scope, member.person.id, &step, at).await.unwrap();
    let file = "ticket;date;numéro carte;total\nA;2026-11-20;CARD1;10,00\n\
                B;2026-11-23;CARD1;10,00\nC;2026-11-23;CARD2;10,00\n";
    let mut tally = fixture.record(file).await;
    assert_eq!(tally.report.rows.accepted, 2);
    assert_eq!(tally.report.rows.refused, 1);
    let blocked = RowRefusal::Ledger(MemberError::CardBlocked.into());
    assert_eq!(listed(&mut tally), [(3, blocked)]);
    assert_eq!(fixture.balance(1).await, Some(20));
}

#[rstest]
#[case::after_a_deadline(ErasureReason::Inactive, 1)]
#[case::after_a_request(ErasureReason::Request, 2)]
#[case::after_an_objection(ErasureReason::Objection, 2)]
#[tokio::test]
async fn the_rows_of_an_erased_person_are_blocked_up_to_a_deadline_or_all_after_a_request(
    #[case] reason: ErasureReason,
    #[case] blocked: u64,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let new =
        NewMember { mobile: mobile(1), details: Details::default(), enrolment: Enrolment::Till };
    let (member, _) = store.create_member(scope, &new, now()).await.unwrap();
    let erased_at = instant("2026-11-22T12:00:00Z");
    store.erase_member(scope, member.person.id, reason, erased_at).await.unwrap();
    let file = "ticket;date;mobile;total\nA;2026-11-22;0639980001;10,00\n\
                B;2026-11-23;0639980001;10,00\n";
    let tally = fixture.record(file).await;
    assert_eq!(tally.report.rows.erased, blocked);
    assert_eq!(tally.report.rows.accepted, 2 - blocked);
    assert_eq!(fixture.balance(1).await, (blocked == 1).then_some(10));
}

/// A person with a mobile, a card and an e-mail address.
fn person_with_all_contacts() -> NewMember {
    let details = Details {
        card: CardNumber::parse("CARD1").ok(),
        email: Email::parse("martin@example.com").ok(),
        ..Details::default()
    };
    NewMember { mobile: mobile(1), details, enrolment: Enrolment::Till }
}

#[rstest]
#[case::after_a_deadline(ErasureReason::Inactive, &["A", "B", "C", "D", "E"])]
#[case::after_a_request(ErasureReason::Request, &["A", "B", "C", "D", "E", "F", "G"])]
#[tokio::test]
async fn a_row_is_blocked_by_each_contact_of_an_erased_person_that_it_names(
    #[case] reason: ErasureReason,
    #[case] blocked: &[&str],
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let (member, _) = store.create_member(scope, &person_with_all_contacts(), now()).await.unwrap();
    let erased_at = instant("2026-11-22T12:00:00Z");
    store.erase_member(scope, member.person.id, reason, erased_at).await.unwrap();
    let file = "ticket;date;mobile;carte;email;total\n\
                A;2026-11-22;0639980001;;;10,00\n\
                B;2026-11-22;;CARD1;;10,00\n\
                C;2026-11-22;0639980002;CARD1;;10,00\n\
                D;2026-11-22;0639980003;;Martin@example.com;10,00\n\
                E;2026-11-22;0639980004;CARD4;martin@example.com;10,00\n\
                F;2026-11-23;0639980005;CARD1;;10,00\n\
                G;2026-11-23;0639980006;;martin@example.com;10,00\n\
                H;2026-11-22;0639980007;CARD7;other@example.com;10,00\n";
    let tally = fixture.record(file).await;
    let enrolled = 8 - u64::try_from(blocked.len()).unwrap();
    assert_eq!(tally.report.rows.erased, 8 - enrolled);
    assert_eq!(tally.report.members_created, enrolled);
    assert!(fixture.balance(7).await.is_some());
    for number in 1..=4 {
        assert_eq!(fixture.balance(number).await, None);
    }
}

#[rstest]
#[case::at_the_till(ErasureReason::Inactive, true)]
#[case::at_the_till_after_a_request(ErasureReason::Request, true)]
#[case::by_a_later_row(ErasureReason::Inactive, false)]
#[tokio::test]
async fn a_person_who_joins_again_does_not_get_the_erased_purchases_back(
    #[case] reason: ErasureReason,
    #[case] at_the_till: bool,
) {
    const HEADER: &str = "ticket;date;mobile;carte;total\n";
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let new = person_with_all_contacts();
    let (member, _) = store.create_member(scope, &new, now()).await.unwrap();
    let old = "A;2026-11-20;0639980001;;10,00\nB;2026-11-22;;CARD1;10,00\n";
    assert_eq!(fixture.record(&format!("{HEADER}{old}")).await.report.rows.accepted, 2);
    let erased_at = instant("2026-11-22T12:00:00Z");
    let erased = store.erase_member(scope, member.person.id, reason, erased_at).await.unwrap();
    store.carry_out_erasure(scope, &erased, Day::parse("2026-11-23").unwrap()).await.unwrap();

    let first = "C;2026-11-23;0639980001;CARD1;10,00\n";
    if at_the_till {
        store.create_member(scope, &new, now()).await.unwrap();
    }
    assert_eq!(fixture.record(&format!("{HEADER}{first}")).await.report.rows.accepted, 1);
    let rows = fixture.record(&format!("{HEADER}{old}{first}")).await.report.rows;
    assert_eq!((rows.erased, rows.already_known, rows.accepted), (2, 1, 0));
    let later = "D;2026-11-24;;CARD1;10,00\n";
    assert_eq!(fixture.record(&format!("{HEADER}{later}")).await.report.rows.accepted, 1);
    assert_eq!(fixture.balance(1).await, Some(20));
}

#[rstest]
#[case::a_card_that_stays_lost(CardStep::Block)]
#[case::a_card_that_was_lost_and_found(CardStep::Unblock)]
#[tokio::test]
async fn a_member_who_takes_a_contact_of_an_erased_person_does_not_get_the_erased_purchases(
    #[case] last_step: CardStep,
) {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let (erased, _) = store.create_member(scope, &person_with_all_contacts(), now()).await.unwrap();
    let (erased, erased_at) = (erased.person.id, instant("2026-11-22T12:00:00Z"));
    store.erase_member(scope, erased, ErasureReason::Inactive, erased_at).await.unwrap();
    let new =
        NewMember { mobile: mobile(2), details: Details::default(), enrolment: Enrolment::Till };
    let (member, _) = store.create_member(scope, &new, now()).await.unwrap();
    let id = member.person.id;
    store.change_mobile(scope, id, &mobile(1), now()).await.unwrap();
    let card = CardStep::Replace(CardNumber::parse("CARD1").unwrap());
    for step in [card, CardStep::Block, last_step] {
        store.step_card(scope, id, &step, now()).await.unwrap();
    }
    let file = "ticket;date;mobile;carte;total\nA;2026-11-22;0639980001;;10,00\n\
                B;2026-11-22;;CARD1;10,00\nC;2026-11-23;0639980001;;10,00\n";
    let rows = fixture.record(file).await.report.rows;
    assert_eq!((rows.erased, rows.accepted), (2, 1));
}

#[rstest]
#[case("carte activée", "oui", true)]
#[case("card activated", "yes", true)]
#[case("carte activée", "non", false)]
#[tokio::test]
async fn a_file_activates_the_card_of_a_person_who_was_present(
    #[case] column: &str,
    #[case] cell: &str,
    #[case] activated: bool,
) {
    let fixture = Fixture::open().await;
    let file = format!("ticket;date;mobile;total;{column}\nA;2026-11-23;0639980001;10,00;{cell}\n");
    assert_eq!(fixture.record(&file).await.report.members_created, 1);
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let contact = Contact::Mobile(mobile(1));
    let id = store.find_member(scope, &contact).await.unwrap().unwrap();
    let account = store.member(scope, id).await.unwrap().account;
    assert_eq!(account.activated.is_some(), activated);
}

#[tokio::test]
async fn the_rows_of_a_member_who_answered_stop_earn_points() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    fixture.record("ticket;date;mobile;total\nA;2026-11-23;0639980001;10,00\n").await;
    let contact = Contact::Mobile(mobile(1));
    let id = store.find_member(scope, &contact).await.unwrap().unwrap();
    let stop = support::opposition(now(), OppositionReason::Stop);
    let change = ConsentChange::Oppose(stop);
    store.change_consent(scope, id, Channel::Sms, &change, now()).await.unwrap();
    let tally = fixture.record("ticket;date;mobile;total\nB;2026-11-24;0639980001;10,00\n").await;
    assert_eq!(tally.report.rows.accepted, 1);
    assert_eq!(fixture.balance(1).await, Some(20));
}
