//! The ledger: purchases, returns, cancellations, races.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::member::{Details, Enrolment};
use domain::{
    CardNumber, Cents, DomainError, Instant, MemberError, MemberId, Points, Purchase,
    PurchaseError, PurchaseKind, Sector,
};
use std::collections::{BTreeMap, HashMap};
use store::{
    CardStep, Conflict, Contact, Customer, Entity, HistoryEntry, Holder, Known, NewMember, Outcome,
    PurchaseToRecord, Scope, Source, Store, StoreError,
};
use support::{Table, instant, merchant, mobile, open_merchant, points_a_euro, receipt, sale};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn by_till(purchase: Purchase) -> PurchaseToRecord {
    PurchaseToRecord {
        card_activated: false,
        purchase,
        source: Source::Till(domain::KeyId::mint(now(), 1)),
    }
}

fn by_file(purchase: Purchase, line: u64) -> PurchaseToRecord {
    PurchaseToRecord {
        card_activated: false,
        purchase,
        source: Source::File { upload: domain::UploadId::mint(now(), 1), line },
    }
}

fn returned(number: &str, of: Option<&str>, cents: i64) -> Purchase {
    let kind = PurchaseKind::Return { of: of.map(receipt) };
    let total = Cents::new(cents);
    Purchase::new(Sector::Retail, receipt(number), kind, now(), total, vec![], None).unwrap()
}

fn enrol(number: u16) -> Customer {
    Customer::Enrol(Box::new(new_member(number)))
}

fn new_member(number: u16) -> NewMember {
    NewMember {
        mobile: mobile(number),
        details: Details::default(),
        enrolment: Enrolment::Attestation,
    }
}

struct Fixture {
    table: Table,
    store: Store,
    scope: Scope,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
        Self { table, store, scope }
    }

    async fn record(
        &self,
        customer: &Customer,
        entry: &PurchaseToRecord,
    ) -> Result<store::Recorded, StoreError> {
        self.store.record_purchase(&self.scope, customer, entry, now()).await
    }

    /// How often the one account of the table was written.
    async fn account_version(&self) -> String {
        let found = self
            .table
            .client()
            .scan()
            .table_name(self.table.name())
            .filter_expression("attribute_exists(account)")
            .send()
            .await
            .unwrap();
        let [account] = found.items() else { panic!("one account: {}", found.count()) };
        account["v"].as_n().unwrap().clone()
    }

    async fn balance(&self, member: MemberId) -> Points {
        self.store.member(&self.scope, member).await.unwrap().account.sum()
    }

    /// The sum of the entries of the history: the balance must equal it.
    async fn entries_sum(&self, member: MemberId) -> Points {
        let mut sum = Points::ZERO;
        let mut after = BTreeMap::new();
        loop {
            let page = self.store.history(&self.scope, member, &after, 50).await.unwrap();
            for entry in page.entries {
                if let HistoryEntry::Purchase(stored) = entry
                    && stored.cancelled_at.is_none()
                {
                    sum += stored.points;
                }
            }
            match page.next {
                Some(next) => after = next,
                None => return sum,
            }
        }
    }
}

fn refused(outcome: Result<store::Recorded, StoreError>) -> DomainError {
    match outcome {
        Err(StoreError::Refused(reason)) => reason,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_repeated_receipt_has_the_first_points_and_the_present_balance_and_writes_nothing() {
    let fixture = Fixture::open().await;
    let first = fixture.record(&enrol(1), &by_till(sale("1", 1_250))).await.unwrap();
    assert_eq!(first.points, Points::new(12));
    assert_eq!(first.balance, Points::new(12));
    assert!(first.enrolled);
    fixture.record(&enrol(1), &by_till(sale("2", 1_000))).await.unwrap();
    let again = fixture.record(&enrol(1), &by_till(sale("1", 1_250))).await.unwrap();
    assert!(matches!(again.outcome, Outcome::Known(Source::Till(_))));
    let member = first.member.unwrap();
    let expected = store::Recorded { outcome: again.outcome, balance: Points::new(22), ..first };
    assert_eq!(again, expected);
    assert_eq!(fixture.balance(member).await, Points::new(22));
}

#[tokio::test]
async fn a_receipt_with_another_content_or_customer_is_a_conflict() {
    let fixture = Fixture::open().await;
    fixture.record(&enrol(1), &by_till(sale("1", 1_250))).await.unwrap();
    let other_total = fixture.record(&enrol(1), &by_till(sale("1", 1_251))).await;
    assert_eq!(refused(other_total), PurchaseError::ReceiptConflict.into());
    fixture.record(&enrol(2), &by_till(sale("2", 100))).await.unwrap();
    let other_customer = fixture.record(&enrol(2), &by_till(sale("1", 1_250))).await;
    assert_eq!(refused(other_customer), PurchaseError::ReceiptConflict.into());
}

#[tokio::test]
async fn a_sale_to_an_unknown_customer_is_not_found_and_not_stored() {
    let fixture = Fixture::open().await;
    let unknown = Customer::Contact(Contact::Mobile(mobile(9)));
    let sold = fixture.record(&unknown, &by_till(sale("1", 1_000))).await;
    assert!(matches!(sold, Err(StoreError::NotFound(Entity::Member))));
    assert!(fixture.store.purchase(&fixture.scope, &receipt("1")).await.is_err());
}

#[tokio::test]
async fn a_cancelled_receipt_may_be_sent_again_with_another_content() {
    let fixture = Fixture::open().await;
    let first = fixture.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let member = first.member.unwrap();
    for _ in 0..2 {
        let cancelled =
            fixture.store.cancel_purchase(&fixture.scope, &receipt("1"), now()).await.unwrap();
        assert!(cancelled.cancelled_at.is_some());
        assert_eq!(fixture.balance(member).await, Points::ZERO);
    }
    let replayed = fixture.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    assert!(replayed.cancelled_at.is_some(), "a repeated receipt stays cancelled");
    let corrected = fixture.record(&enrol(1), &by_till(sale("1", 2_000))).await.unwrap();
    assert_eq!(corrected.outcome, Outcome::New);
    assert_eq!(corrected.balance, Points::new(20));
    let history =
        fixture.store.history(&fixture.scope, member, &BTreeMap::new(), 10).await.unwrap();
    assert_eq!(history.entries.len(), 2, "the cancelled purchase stays in the history");
    assert_eq!(fixture.entries_sum(member).await, Points::new(20));
}

#[tokio::test]
async fn a_return_takes_back_the_points_of_its_sale() {
    let fixture = Fixture::open().await;
    let sold = fixture.record(&enrol(1), &by_till(sale("1", 9_999))).await.unwrap();
    let member = sold.member.unwrap();
    let part = by_till(returned("2", Some("1"), 3_333));
    let first = fixture.record(&Customer::Anonymous, &part).await.unwrap();
    assert_eq!(first.member, Some(member));
    assert_eq!(first.points, Points::new(-33));
    let again = fixture.record(&Customer::Anonymous, &part).await.unwrap();
    assert_eq!(again.points, first.points);
    assert_eq!(again.balance, first.balance);
    let too_much = by_till(returned("3", Some("1"), 6_667));
    assert_eq!(
        refused(fixture.record(&enrol(1), &too_much).await),
        PurchaseError::ReturnExceedsSale.into()
    );
    let rest = by_till(returned("3", Some("1"), 6_666));
    fixture.record(&enrol(1), &rest).await.unwrap();
    assert_eq!(fixture.balance(member).await, Points::ZERO);
    assert_eq!(fixture.entries_sum(member).await, Points::ZERO);
    let cancel = fixture.store.cancel_purchase(&fixture.scope, &receipt("1"), now()).await;
    assert!(matches!(cancel, Err(StoreError::Conflict(Conflict::CancelReturnedSale))));
    fixture.store.cancel_purchase(&fixture.scope, &receipt("3"), now()).await.unwrap();
    assert_eq!(fixture.balance(member).await, Points::new(66));
    assert_eq!(fixture.entries_sum(member).await, Points::new(66));
}

#[tokio::test]
async fn a_return_before_its_sale_is_refused_and_may_be_sent_again() {
    let fixture = Fixture::open().await;
    let back = by_till(returned("2", Some("1"), 1_000));
    assert_eq!(
        refused(fixture.record(&enrol(1), &back).await),
        PurchaseError::ReturnedSaleUnknown.into()
    );
    fixture.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    assert_eq!(fixture.record(&enrol(1), &back).await.unwrap().balance, Points::ZERO);
    let of_return = by_till(returned("3", Some("2"), 100));
    assert_eq!(
        refused(fixture.record(&enrol(1), &of_return).await),
        PurchaseError::ReturnedSaleNotInForce.into()
    );
    fixture.record(&enrol(2), &by_till(sale("4", 100))).await.unwrap();
    fixture.record(&enrol(1), &by_till(sale("5", 500))).await.unwrap();
    let of_another = by_till(returned("6", Some("5"), 100));
    assert_eq!(
        refused(fixture.record(&enrol(2), &of_another).await),
        PurchaseError::ReturnedSaleOfAnother.into()
    );
}

#[tokio::test]
async fn a_return_without_its_sale_takes_points_by_the_programme_of_its_day() {
    let fixture = Fixture::open().await;
    fixture.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let back = fixture.record(&enrol(1), &by_till(returned("2", None, 1_250))).await.unwrap();
    assert_eq!(back.points, Points::new(-12));
    assert_eq!(back.balance, Points::new(-2));
}

#[tokio::test]
async fn an_anonymous_receipt_is_attached_to_one_customer() {
    let fixture = Fixture::open().await;
    let anonymous = fixture.record(&Customer::Anonymous, &by_till(sale("1", 1_000))).await.unwrap();
    assert_eq!(anonymous.member, None);
    assert_eq!(anonymous.points, Points::ZERO);
    let first = fixture.record(&enrol(1), &by_till(sale("2", 100))).await.unwrap().member.unwrap();
    let second = fixture.record(&enrol(2), &by_till(sale("3", 100))).await.unwrap().member.unwrap();
    for _ in 0..2 {
        let attached = fixture
            .store
            .attach_purchase(&fixture.scope, &receipt("1"), first, now())
            .await
            .unwrap();
        assert_eq!(attached.points, Points::new(10));
        assert_eq!(attached.balance, Points::new(11));
    }
    let other = fixture.store.attach_purchase(&fixture.scope, &receipt("1"), second, now()).await;
    assert!(matches!(other, Err(StoreError::Conflict(Conflict::ReceiptOfAnother))));
    let replayed = fixture.record(&Customer::Anonymous, &by_till(sale("1", 1_000))).await.unwrap();
    assert_eq!(replayed.balance, Points::new(11));
    assert_eq!(fixture.entries_sum(first).await, Points::new(11));
}

#[tokio::test]
async fn a_file_with_a_receipt_of_the_till_changes_nothing() {
    let fixture = Fixture::open().await;
    fixture.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let noon = instant("2026-11-24T11:00:00Z");
    let purchase = Purchase::new(
        Sector::Retail,
        receipt("1"),
        PurchaseKind::Sale,
        noon,
        Cents::new(1_000),
        vec![],
        None,
    )
    .unwrap();
    let recorded = fixture.record(&enrol(1), &by_file(purchase, 2)).await.unwrap();
    assert!(matches!(recorded.outcome, Outcome::Known(Source::Till(_))));
}

#[tokio::test]
async fn a_group_of_purchases_is_one_transaction_and_known_afterwards() {
    let fixture = Fixture::open().await;
    let entries: Vec<_> =
        (0..95).map(|number| by_file(sale(&format!("r{number}"), 1_000), number)).collect();
    let outcome = fixture
        .store
        .record_purchases(
            &fixture.scope,
            &enrol(1),
            Holder::New { person: Box::new(new_member(1)), erased_before: None },
            &entries,
            now(),
        )
        .await
        .unwrap();
    let last = outcome.last().unwrap().as_ref().unwrap();
    assert_eq!(last.balance, Points::new(950));
    let enrolled = outcome.iter().filter(|one| one.as_ref().unwrap().enrolled).count();
    assert_eq!(enrolled, 1, "the group enrols its member once");
    let asked: Vec<_> = entries.iter().collect();
    let known = fixture.store.known_purchases(&fixture.scope, &asked).await.unwrap();
    assert_eq!(known.len(), entries.len());
    assert!(known.values().all(|outcome| {
        outcome
            .as_ref()
            .is_ok_and(|recorded| matches!(recorded.outcome, Outcome::Known(Source::File { .. })))
    }));
}

#[tokio::test]
async fn a_group_with_a_known_receipt_records_the_others() {
    let fixture = Fixture::open().await;
    let sold = fixture.record(&enrol(1), &by_till(sale("r1", 1_000))).await.unwrap();
    let member = sold.member.unwrap();
    let entries: Vec<_> =
        (0..3).map(|number| by_file(sale(&format!("r{number}"), 1_000), number)).collect();
    let holder =
        fixture.store.holders(&fixture.scope, &[member]).await.unwrap().remove(&member).unwrap();
    let outcome = fixture
        .store
        .record_purchases(&fixture.scope, &enrol(1), holder, &entries, now())
        .await
        .unwrap();
    let new = outcome.iter().filter(|one| one.as_ref().unwrap().outcome == Outcome::New).count();
    assert_eq!(new, 2);
    assert_eq!(fixture.balance(member).await, Points::new(30));
}

#[tokio::test]
async fn a_group_is_one_transaction_after_a_till_wrote_the_account_or_enrolled_the_member() {
    let fixture = Fixture::open().await;
    let group = |first: u64| -> Vec<PurchaseToRecord> {
        let numbers = first..first + 50;
        numbers.map(|number| by_file(sale(&format!("f{number}"), 1_000), number)).collect()
    };
    let new = Holder::New { person: Box::new(new_member(1)), erased_before: None };
    let sold = fixture.record(&enrol(1), &by_till(sale("t1", 1_000))).await.unwrap();
    let member = sold.member.unwrap();
    let holders = fixture.store.holders(&fixture.scope, &[member]).await.unwrap();
    let before_the_till = holders[&member].clone();
    fixture.record(&enrol(1), &by_till(sale("t2", 1_000))).await.unwrap();
    for (holder, entries) in [(new, group(0)), (before_the_till, group(50))] {
        let recorded = fixture
            .store
            .record_purchases(&fixture.scope, &enrol(1), holder, &entries, now())
            .await
            .unwrap();
        assert!(recorded.iter().all(|one| one.as_ref().unwrap().outcome == Outcome::New));
    }
    assert_eq!(fixture.balance(member).await, Points::new(1_020));
    assert_eq!(fixture.account_version().await, "4", "two sales of the till and two groups");
}

#[tokio::test]
async fn a_group_that_is_sent_again_has_no_sale_after_the_block_of_its_card() {
    let fixture = Fixture::open().await;
    let card = CardNumber::parse("CARD1").unwrap();
    let details = Details { card: Some(card.clone()), ..Details::default() };
    let new = NewMember { details, ..new_member(1) };
    let member =
        fixture.store.create_member(&fixture.scope, &new, now()).await.unwrap().0.person.id;
    let holders = fixture.store.holders(&fixture.scope, &[member]).await.unwrap();
    let before_the_block = holders[&member].clone();
    let blocked_at = instant("2026-11-24T09:30:00Z");
    let blocked = fixture.store.step_card(&fixture.scope, member, &CardStep::Block, blocked_at);
    blocked.await.unwrap();
    let till = Customer::Member(member);
    fixture.record(&till, &by_till(sale("t1", 1_000))).await.unwrap();

    let sold = |number: &str, at: &str| {
        let (kind, at, total) = (PurchaseKind::Sale, instant(at), Cents::new(1_000));
        let purchase =
            Purchase::new(Sector::Retail, receipt(number), kind, at, total, vec![], None);
        by_file(purchase.unwrap(), 1)
    };
    let group = [sold("f1", "2026-11-24T09:20:00Z"), sold("f2", "2026-11-24T09:40:00Z")];
    let customer = Customer::Contact(Contact::Card(card));
    let recorded = fixture
        .store
        .record_purchases(&fixture.scope, &customer, before_the_block, &group, now())
        .await
        .unwrap();
    let [before, after] = &recorded[..] else { panic!("two results: {}", recorded.len()) };
    assert_eq!(before.as_ref().unwrap().outcome, Outcome::New);
    assert!(
        matches!(after, Err(StoreError::Refused(DomainError::Member(MemberError::CardBlocked)))),
        "{after:?}"
    );
    assert_eq!(fixture.balance(member).await, Points::new(20));
}

#[tokio::test]
async fn a_receipt_cancelled_twice_in_one_second_is_sent_again_and_keeps_its_history() {
    let fixture = Fixture::open().await;
    let member = fixture.record(&enrol(1), &by_till(sale("other", 100))).await.unwrap().member;
    for cents in [1_000, 2_000] {
        fixture.record(&enrol(1), &by_till(sale("1", cents))).await.unwrap();
        fixture.store.cancel_purchase(&fixture.scope, &receipt("1"), now()).await.unwrap();
    }
    let third = fixture.record(&enrol(1), &by_till(sale("1", 3_000))).await.unwrap();
    assert_eq!(third.outcome, Outcome::New);
    let (none, most) = (BTreeMap::new(), 50);
    let history =
        fixture.store.history(&fixture.scope, member.unwrap(), &none, most).await.unwrap();
    let cancelled = history.entries.iter().filter(
        |entry| matches!(entry, HistoryEntry::Purchase(stored) if stored.cancelled_at.is_some()),
    );
    assert_eq!(cancelled.count(), 2);
}

#[tokio::test]
async fn concurrent_tills_record_every_sale_of_a_member_once() {
    let fixture = std::sync::Arc::new(Fixture::open().await);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let fixture = std::sync::Arc::clone(&fixture);
        writers.spawn(async move {
            for number in 0..5 {
                // Every sale is sent by two writers at the same time.
                let entry = by_till(sale(&format!("r{}-{number}", writer / 2), 1_000));
                loop {
                    match fixture.record(&enrol(1), &entry).await {
                        Ok(_) => break,
                        Err(StoreError::Busy) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let contact = Contact::Mobile(mobile(1));
    let asked = std::slice::from_ref(&contact);
    let known = fixture.store.find_contacts(&fixture.scope, asked).await.unwrap();
    let Known::Member(member) = known[&contact].known else { panic!("a member") };
    assert_eq!(fixture.balance(member).await, Points::new(200));
    assert_eq!(fixture.entries_sum(member).await, Points::new(200));
}

#[tokio::test]
async fn a_page_of_erased_members_does_not_end_the_proof_of_a_shard() {
    const ERASED: usize = 150;
    let fixture = Fixture::open().await;
    let sold = fixture.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let member = sold.member.unwrap();
    let (client, table) = (fixture.table.client(), fixture.table.name());
    let found = client.scan().table_name(table).send().await.unwrap();
    let is_person = |item: &&HashMap<String, AttributeValue>| {
        let sk = item["sk"].as_s().unwrap();
        sk.contains(&member.to_string()) && item.contains_key("created_at")
    };
    let person = found.items().iter().find(is_person).unwrap();
    let earlier = (0..).map(|number| MemberId::mint(instant("2020-01-01T00:00:00Z"), number));
    let of_the_shard = earlier.filter(|id| id.shard() == member.shard());
    for erased in of_the_shard.take(ERASED) {
        let sk = person["sk"].as_s().unwrap().replace(&member.to_string(), &erased.to_string());
        let put = client.put_item().table_name(table);
        let put = put.item("pk", person["pk"].clone()).item("sk", AttributeValue::S(sk));
        let erased_on = AttributeValue::S("2026-11-24".to_owned());
        put.item("erased_on", erased_on).send().await.unwrap();
    }
    let (mut proved, mut after) = (0, None);
    loop {
        let page = fixture.store.prove(&fixture.scope, member.shard(), after).await.unwrap();
        proved += page.members;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(proved, 1);
}

/// A programme of one point a euro with a daily cap.
fn capped(points: i64) -> domain::Programme {
    domain::Programme::from_stored(domain::programme::Terms {
        daily_cap: Some(Points::new(points)),
        ..points_a_euro(1).terms().clone()
    })
}

/// What becomes of a sale of which a cancelled return gave only a part of the points back.
#[derive(Debug, Clone, Copy)]
enum Then {
    ReturnAgain,
    Cancel,
    Move,
}

#[rstest::rstest]
#[case(Then::ReturnAgain, 15)]
#[case(Then::Cancel, 15)]
#[case(Then::Move, 15)]
#[tokio::test]
async fn points_that_the_daily_cap_holds_back_stay_taken_back_and_the_entries_sum_to_the_balance(
    #[case] then: Then,
    #[case] balance: i64,
) {
    let table = Table::start().await;
    let store = table.store();
    let scope =
        support::open_merchant_with(&store, &merchant(Sector::Retail, 1), &capped(20), now()).await;
    let (fixture, customer) = (Fixture { table, store, scope }, enrol(1));
    let other = fixture.record(&enrol(2), &by_till(sale("0", 100))).await.unwrap().member.unwrap();
    let first = fixture.record(&customer, &by_till(sale("1", 2_000))).await.unwrap();
    let member = first.member.unwrap();
    let (store, scope) = (&fixture.store, &fixture.scope);
    let proof = async |id: MemberId| {
        let proof = store.prove_member(scope, id).await.unwrap();
        assert_eq!(proof.sum, proof.account.sum());
        proof.sum.get()
    };
    fixture.record(&customer, &by_till(returned("2", Some("1"), 2_000))).await.unwrap();
    fixture.record(&customer, &by_till(sale("3", 1_500))).await.unwrap();
    store.cancel_purchase(scope, &receipt("2"), now()).await.unwrap();
    assert_eq!(proof(member).await, 20);
    // The sale says what it gives now, and why.
    let read = store.purchase(scope, &receipt("1")).await.unwrap();
    assert_eq!(read.points, Points::new(5));
    assert_eq!(read.parts.iter().map(|part| part.points).sum::<Points>(), read.points);
    let again = fixture.record(&customer, &by_till(sale("1", 2_000))).await.unwrap();
    assert_eq!(again.points, Points::new(5));
    match then {
        Then::ReturnAgain => {
            let again = fixture.record(&customer, &by_till(returned("4", Some("1"), 2_000))).await;
            assert_eq!(again.unwrap().points, Points::new(-5));
        }
        Then::Cancel => {
            store.cancel_purchase(scope, &receipt("1"), now()).await.unwrap();
        }
        Then::Move => {
            store.move_purchase(scope, &receipt("1"), other, now()).await.unwrap();
            assert_eq!(proof(other).await, 1 + 5);
        }
    }
    assert_eq!(proof(member).await, balance);
    // The cap has room for the points that were taken back since, and no more.
    let next = fixture.record(&customer, &by_till(sale("5", 9_000))).await.unwrap();
    assert_eq!(next.points, Points::new(20 - balance));
    assert_eq!(proof(member).await, 20);
}

#[tokio::test]
async fn a_sale_of_later_today_that_is_attached_or_moved_is_no_activity_of_the_future() {
    let table = Table::start().await;
    let store = table.store();
    let scope = open_merchant(&store, &merchant(Sector::Retail, 1), now()).await;
    let fixture = Fixture { table, store, scope };
    let (store, scope) = (&fixture.store, &fixture.scope);
    let early = instant("2026-11-24T06:00:00Z");
    let mut members = vec![];
    for number in 1..=2 {
        let (details, enrolment) = (Details::default(), Enrolment::Till);
        let new = NewMember { mobile: mobile(number), details, enrolment };
        members.push(store.create_member(scope, &new, early).await.unwrap().0.person.id);
    }
    fixture.record(&Customer::Anonymous, &by_till(sale("1", 1_000))).await.unwrap();
    let active = async |id| store.member(scope, id).await.unwrap().account.last_activity;
    store.attach_purchase(scope, &receipt("1"), members[0], early).await.unwrap();
    assert_eq!(active(members[0]).await, Some(early));
    store.move_purchase(scope, &receipt("1"), members[1], early).await.unwrap();
    assert_eq!(active(members[1]).await, Some(early));
}
