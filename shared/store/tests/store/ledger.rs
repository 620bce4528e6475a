//! The ledger: purchases, returns, cancellations, races.

use domain::member::{Details, Enrolment};
use domain::{
    Cents, DomainError, Instant, MemberId, Points, Purchase, PurchaseError, PurchaseKind, Sector,
};
use store::{
    Contact, Customer, Entity, Entry, HistoryEntry, Holder, Known, NewMember, Outcome, Scope,
    Source, Store, StoreError,
};
use support::{Table, instant, merchant, mobile, open_merchant, receipt, sale};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

fn by_till(purchase: Purchase) -> Entry {
    Entry { purchase, source: Source::Till(domain::KeyId::mint(now(), 1)) }
}

fn by_file(purchase: Purchase, line: u64) -> Entry {
    Entry { purchase, source: Source::File { upload: domain::UploadId::mint(now(), 1), line } }
}

fn goods_back(number: &str, of: Option<&str>, cents: i64) -> Purchase {
    let kind = PurchaseKind::Return { of: of.map(receipt) };
    let total = Cents::new(cents);
    Purchase::new(Sector::Retail, receipt(number), kind, now(), total, vec![], None).unwrap()
}

fn enrol(number: u16) -> Customer {
    Customer::Enrol(Box::new(newcomer(number)))
}

fn newcomer(number: u16) -> NewMember {
    NewMember {
        mobile: mobile(number),
        details: Details::default(),
        enrolment: Enrolment::Attestation,
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

    async fn record(
        &self,
        customer: &Customer,
        entry: &Entry,
    ) -> Result<store::Recorded, StoreError> {
        self.store.record_purchase(&self.scope, customer, entry, now()).await
    }

    async fn balance(&self, member: MemberId) -> Points {
        self.store.member(&self.scope, member).await.unwrap().account.sum()
    }

    /// What the entries of the history sum to: the truth that the balance is checked against.
    async fn entries_sum(&self, member: MemberId) -> Points {
        let mut sum = Points::ZERO;
        let mut after = std::collections::HashMap::new();
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
async fn the_same_receipt_again_answers_as_the_first_time_and_writes_nothing() {
    let shop = Shop::open().await;
    let first = shop.record(&enrol(1), &by_till(sale("1", 1_250))).await.unwrap();
    assert_eq!(
        (first.points, first.balance, first.enrolled),
        (Points::new(12), Points::new(12), true)
    );
    shop.record(&enrol(1), &by_till(sale("2", 1_000))).await.unwrap();
    let again = shop.record(&enrol(1), &by_till(sale("1", 1_250))).await.unwrap();
    assert!(matches!(again.outcome, Outcome::Known(Source::Till(_))));
    assert_eq!(store::Recorded { outcome: first.outcome, ..again }, first);
    assert_eq!(shop.balance(first.member.unwrap()).await, Points::new(22));
}

#[tokio::test]
async fn another_content_or_customer_under_the_same_receipt_is_a_conflict() {
    let shop = Shop::open().await;
    shop.record(&enrol(1), &by_till(sale("1", 1_250))).await.unwrap();
    let other_total = shop.record(&enrol(1), &by_till(sale("1", 1_251))).await;
    assert_eq!(refused(other_total), PurchaseError::ReceiptConflict.into());
    shop.record(&enrol(2), &by_till(sale("2", 100))).await.unwrap();
    let other_customer = shop.record(&enrol(2), &by_till(sale("1", 1_250))).await;
    assert_eq!(refused(other_customer), PurchaseError::ReceiptConflict.into());
}

#[tokio::test]
async fn a_customer_who_is_no_member_is_not_found_and_nothing_is_written() {
    let shop = Shop::open().await;
    let unknown = Customer::Contact(Contact::Mobile(mobile(9)));
    let sold = shop.record(&unknown, &by_till(sale("1", 1_000))).await;
    assert!(matches!(sold, Err(StoreError::NotFound(Entity::Member))));
    assert!(shop.store.purchase(&shop.scope, &receipt("1")).await.is_err());
}

#[tokio::test]
async fn a_cancelled_receipt_may_be_sent_anew_with_another_content() {
    let shop = Shop::open().await;
    let first = shop.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let member = first.member.unwrap();
    for _ in 0..2 {
        let cancelled =
            shop.store.cancel_purchase(&shop.scope, &receipt("1"), now()).await.unwrap();
        assert!(cancelled.cancelled_at.is_some());
        assert_eq!(shop.balance(member).await, Points::ZERO);
    }
    let replayed = shop.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    assert!(replayed.cancelled_at.is_some(), "a replay revives nothing");
    let anew = shop.record(&enrol(1), &by_till(sale("1", 2_000))).await.unwrap();
    assert_eq!((anew.outcome, anew.balance), (Outcome::New, Points::new(20)));
    let history = shop
        .store
        .history(&shop.scope, member, &std::collections::HashMap::new(), 10)
        .await
        .unwrap();
    assert_eq!(history.entries.len(), 2, "the cancelled one stays in the history");
    assert_eq!(shop.entries_sum(member).await, Points::new(20));
}

#[tokio::test]
async fn a_return_takes_back_what_its_sale_gave() {
    let shop = Shop::open().await;
    let sold = shop.record(&enrol(1), &by_till(sale("1", 9_999))).await.unwrap();
    let member = sold.member.unwrap();
    let part = by_till(goods_back("2", Some("1"), 3_333));
    let first = shop.record(&Customer::Anonymous, &part).await.unwrap();
    assert_eq!((first.member, first.points), (Some(member), Points::new(-33)));
    let again = shop.record(&Customer::Anonymous, &part).await.unwrap();
    assert_eq!((again.points, again.balance), (first.points, first.balance));
    let too_much = by_till(goods_back("3", Some("1"), 6_667));
    assert_eq!(
        refused(shop.record(&enrol(1), &too_much).await),
        PurchaseError::ReturnExceedsSale.into()
    );
    let rest = by_till(goods_back("3", Some("1"), 6_666));
    shop.record(&enrol(1), &rest).await.unwrap();
    assert_eq!(shop.balance(member).await, Points::ZERO);
    assert_eq!(shop.entries_sum(member).await, Points::ZERO);
    let cancel = shop.store.cancel_purchase(&shop.scope, &receipt("1"), now()).await;
    assert!(matches!(cancel, Err(StoreError::Conflict(_))));
    shop.store.cancel_purchase(&shop.scope, &receipt("3"), now()).await.unwrap();
    assert_eq!(shop.balance(member).await, Points::new(66));
    assert_eq!(shop.entries_sum(member).await, Points::new(66));
}

#[tokio::test]
async fn a_return_of_an_unknown_sale_may_be_sent_again_after_it() {
    let shop = Shop::open().await;
    let back = by_till(goods_back("2", Some("1"), 1_000));
    assert_eq!(
        refused(shop.record(&enrol(1), &back).await),
        PurchaseError::ReturnedSaleUnknown.into()
    );
    shop.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    assert_eq!(shop.record(&enrol(1), &back).await.unwrap().balance, Points::ZERO);
    let of_return = by_till(goods_back("3", Some("2"), 100));
    assert_eq!(
        refused(shop.record(&enrol(1), &of_return).await),
        PurchaseError::ReturnedSaleNotInForce.into()
    );
    shop.record(&enrol(2), &by_till(sale("4", 100))).await.unwrap();
    shop.record(&enrol(1), &by_till(sale("5", 500))).await.unwrap();
    let of_another = by_till(goods_back("6", Some("5"), 100));
    assert_eq!(
        refused(shop.record(&enrol(2), &of_another).await),
        PurchaseError::ReturnedSaleOfAnother.into()
    );
}

#[tokio::test]
async fn a_return_without_its_sale_takes_by_the_rule_of_its_day() {
    let shop = Shop::open().await;
    shop.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let back = shop.record(&enrol(1), &by_till(goods_back("2", None, 1_250))).await.unwrap();
    assert_eq!((back.points, back.balance), (Points::new(-12), Points::new(-2)));
}

#[tokio::test]
async fn a_receipt_of_nobody_is_attached_to_its_customer_once() {
    let shop = Shop::open().await;
    let nobody = shop.record(&Customer::Anonymous, &by_till(sale("1", 1_000))).await.unwrap();
    assert_eq!((nobody.member, nobody.points), (None, Points::ZERO));
    let first = shop.record(&enrol(1), &by_till(sale("2", 100))).await.unwrap().member.unwrap();
    let second = shop.record(&enrol(2), &by_till(sale("3", 100))).await.unwrap().member.unwrap();
    for _ in 0..2 {
        let attached =
            shop.store.attach_purchase(&shop.scope, &receipt("1"), first, now()).await.unwrap();
        assert_eq!((attached.points, attached.balance), (Points::new(10), Points::new(11)));
    }
    let other = shop.store.attach_purchase(&shop.scope, &receipt("1"), second, now()).await;
    assert!(matches!(other, Err(StoreError::Conflict(_))));
    let replayed = shop.record(&Customer::Anonymous, &by_till(sale("1", 1_000))).await.unwrap();
    assert_eq!(replayed.balance, Points::new(11));
    assert_eq!(shop.entries_sum(first).await, Points::new(11));
}

#[tokio::test]
async fn a_file_that_tells_what_the_till_told_changes_nothing() {
    let shop = Shop::open().await;
    shop.record(&enrol(1), &by_till(sale("1", 1_000))).await.unwrap();
    let noon = instant("2026-11-24T11:00:00Z");
    let retold = Purchase::new(
        Sector::Retail,
        receipt("1"),
        PurchaseKind::Sale,
        noon,
        Cents::new(1_000),
        vec![],
        None,
    )
    .unwrap();
    let told = shop.record(&enrol(1), &by_file(retold, 2)).await.unwrap();
    assert!(matches!(told.outcome, Outcome::Known(Source::Till(_))));
}

#[tokio::test]
async fn a_group_is_one_transaction_and_its_replay_is_known_beforehand() {
    let shop = Shop::open().await;
    let entries: Vec<_> =
        (0..95).map(|number| by_file(sale(&format!("r{number}"), 1_000), number)).collect();
    let outcome = shop
        .store
        .record_purchases(
            &shop.scope,
            &enrol(1),
            Holder::New(Box::new(newcomer(1))),
            &entries,
            now(),
        )
        .await
        .unwrap();
    let last = outcome.last().unwrap().as_ref().unwrap();
    assert_eq!(last.balance, Points::new(950));
    let enrolled = outcome.iter().filter(|one| one.as_ref().unwrap().enrolled).count();
    assert_eq!(enrolled, 1, "one person became a member");
    let asked: Vec<_> = entries.iter().collect();
    let known = shop.store.known_purchases(&shop.scope, &asked).await.unwrap();
    assert_eq!(known.len(), 95);
    assert!(known.values().all(|outcome| {
        outcome
            .as_ref()
            .is_ok_and(|recorded| matches!(recorded.outcome, Outcome::Known(Source::File { .. })))
    }));
}

#[tokio::test]
async fn a_group_that_meets_a_known_receipt_enters_the_others() {
    let shop = Shop::open().await;
    let sold = shop.record(&enrol(1), &by_till(sale("r1", 1_000))).await.unwrap();
    let member = sold.member.unwrap();
    let entries: Vec<_> =
        (0..3).map(|number| by_file(sale(&format!("r{number}"), 1_000), number)).collect();
    let holder = shop.store.holders(&shop.scope, &[member]).await.unwrap().remove(&member).unwrap();
    let outcome =
        shop.store.record_purchases(&shop.scope, &enrol(1), holder, &entries, now()).await.unwrap();
    let new = outcome.iter().filter(|one| one.as_ref().unwrap().outcome == Outcome::New).count();
    assert_eq!((new, shop.balance(member).await), (2, Points::new(30)));
}

#[tokio::test]
async fn tills_and_files_that_race_on_one_member_lose_and_double_nothing() {
    let shop = std::sync::Arc::new(Shop::open().await);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let shop = std::sync::Arc::clone(&shop);
        writers.spawn(async move {
            for number in 0..5 {
                // Every sale is sent by two writers at the same time.
                let entry = by_till(sale(&format!("r{}-{number}", writer / 2), 1_000));
                loop {
                    match shop.record(&enrol(1), &entry).await {
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
    let known = shop.store.find_contacts(&shop.scope, asked, now()).await.unwrap();
    let Known::Member(member) = known[&contact] else { panic!("a member") };
    assert_eq!(shop.balance(member).await, Points::new(200));
    assert_eq!(shop.entries_sum(member).await, Points::new(200));
}
