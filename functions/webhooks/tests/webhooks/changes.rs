//! What is told of, and to whom.

use crate::setup::{Fixture, now};
use domain::webhook::EventType;
use domain::{Cents, Points, Purchase, PurchaseKind, Sector};
use serde_json::{Value, json};
use store::{
    Answered, Customer, IdempotencyKey, Mode, NewRedemption, Redeemed, Scope, Source, StreamRecord,
    Wanted,
};
use support::{instant, receipt, sale};

/// The events of records, as they would be posted.
fn events(records: &[Value]) -> Vec<Value> {
    let read = |record: &Value| {
        let record: StreamRecord = serde_json::from_value(record.clone()).unwrap();
        let event = webhooks::event(&record.read().unwrap()?).unwrap();
        Some(serde_json::from_str(&event.body).unwrap())
    };
    records.iter().filter_map(read).collect()
}

#[tokio::test]
async fn what_happens_to_a_purchase_and_its_customer_is_told_by_identifiers_and_figures() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let mut records = fixture.records(fixture.member(scope, 1)).await;
    let member = {
        let found = store::Contact::Mobile(support::mobile(1));
        store.find_member(scope, &found).await.unwrap().unwrap()
    };
    records.extend(
        fixture.records(fixture.record_purchase(Customer::Member(member), sale("1", 4_490))).await,
    );
    let anonymous_purchases = fixture.record_purchase(Customer::Anonymous, sale("2", 1_000));
    records.extend(fixture.records(anonymous_purchases).await);
    let second = receipt("2");
    let attached = Box::pin(store.attach_purchase(scope, &second, member, now()));
    records.extend(fixture.records(attached).await);
    let kind = PurchaseKind::Return { of: Some(receipt("1")) };
    let total = Cents::new(2_000);
    let goods_back =
        Purchase::new(Sector::Retail, receipt("3"), kind, now(), total, vec![], None).unwrap();
    records.extend(
        fixture.records(fixture.record_purchase(Customer::Member(member), goods_back)).await,
    );
    let cancelled = Box::pin(store.cancel_purchase(scope, &second, now()));
    records.extend(fixture.records(cancelled).await);
    let other = fixture.member(scope, 2).await;
    let merged = Box::pin(store.merge_members(scope, member, other, &Source::Operator, now()));
    records.extend(fixture.records(merged).await);

    let events = events(&records);
    let text = serde_json::to_string(&events).unwrap();
    for secret in ["Martin", "0639980001", "+33639980001"] {
        assert!(!text.contains(secret), "{text}");
    }
    insta::assert_json_snapshot!(events, {
        "[].data.member_id" => "[member]",
        "[].data.absorbed_member_id" => "[absorbed]",
    });
}

#[tokio::test]
async fn an_erasure_and_a_correction_are_told_to_nobody() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let id = fixture.member(scope, 1).await;
    fixture.record_purchase(Customer::Member(id), sale("1", 4_490)).await;
    let registered = Box::pin(async {
        let correction = store::Correction {
            first_name: Some(Some("Camille".to_owned())),
            ..store::Correction::default()
        };
        store.correct_member(scope, id, &correction).await.unwrap();
    });
    assert_eq!(events(&fixture.records(registered).await), Vec::<Value>::new());
    let erased = Box::pin(async {
        let today = domain::Day::parse("2026-11-24").unwrap();
        let member = store.member(scope, id).await.unwrap();
        let reason = domain::retention::ErasureReason::Inactive;
        let tombstone = store.decide_erasure(scope, &member, reason, today).await.unwrap();
        store.carry_out_erasure(scope, &tombstone.unwrap(), today).await.unwrap();
    });
    assert_eq!(events(&fixture.records(erased).await), Vec::<Value>::new());
}

#[tokio::test]
async fn points_that_are_spent_and_given_back_are_told_each_time() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let member = fixture.member(scope, 1).await;
    fixture.record_purchase(Customer::Member(member), sale("1", 4_490)).await;
    let today = domain::Day::parse("2026-11-24").unwrap();
    let new = NewRedemption {
        member,
        wanted: Wanted::Bill(Points::new(30)),
        today,
        by: Source::Operator,
    };
    let key = IdempotencyKey { text: "a key".to_owned(), fingerprint: [0; 32] };
    let spent = Box::pin(async { store.redeem(scope, &new, &key, now()).await.unwrap() });
    let mut records = fixture.records(spent).await;
    let again = store.redeem(scope, &new, &key, now()).await.unwrap();
    let Answered::Replayed(Redeemed { redemption, .. }) = again else { panic!("spent twice") };
    let given_back = Box::pin(async {
        store.cancel_redemption(scope, member, redemption.id, today, now()).await.unwrap();
    });
    records.extend(fixture.records(given_back).await);
    let told: Vec<_> =
        events(&records).iter().map(|event| event["data"]["points"].clone()).collect();
    assert_eq!(told, [json!(-30), json!(30)]);
}

#[tokio::test]
async fn an_event_is_queued_for_each_endpoint_that_wants_it() {
    let fixture = Fixture::open().await;
    let (everything, _) = fixture.of_everything().await;
    let (members, _) = fixture.webhook(Mode::Live, [EventType::MemberCreated]).await;
    fixture.webhook(Mode::Test, EventType::ALL).await;
    let mut records = fixture.sale("1").await;
    records.extend(fixture.records(fixture.member(&fixture.scope, 1)).await);
    assert!(fixture.take(records).await.batch_item_failures.is_empty());
    let told: Vec<Value> =
        fixture.waiting().iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let to = |id: domain::WebhookId| {
        told.iter().filter(|message| message["webhook"] == id.to_string()).count()
    };
    // The purchase, the member, and the points of welcome.
    assert_eq!((told.len(), to(everything), to(members)), (4, 3, 1));
}

#[tokio::test]
async fn a_merchant_without_endpoints_costs_nothing_but_its_settings() {
    let fixture = Fixture::open().await;
    let sold = fixture.sale("1").await;
    let kept = fixture.records(fixture.take(sold)).await;
    assert_eq!((kept.len(), fixture.waiting().len()), (0, 0));
}

#[tokio::test]
async fn an_event_of_an_endpoint_turned_off_is_kept_and_not_queued() {
    let fixture = Fixture::open().await;
    let (id, _) = fixture.of_everything().await;
    fixture.turn(id, false).await;
    let sold = fixture.sale("1").await;
    let kept = fixture.records(fixture.take(sold)).await;
    assert_eq!((kept.len(), fixture.waiting().len()), (1, 0));
}

#[tokio::test]
async fn test_data_are_told_to_the_endpoints_of_tests_only() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let (tests, _) = fixture.webhook(Mode::Test, [EventType::MemberCreated]).await;
    let scope = Scope { mode: Mode::Test, ..fixture.scope.clone() };
    let enrolled = fixture.records(fixture.member(&scope, 1)).await;
    fixture.take(enrolled).await;
    let [message] = &fixture.waiting()[..] else { panic!("{:?}", fixture.waiting()) };
    assert!(message.contains(&tests.to_string()), "{message}");
}

#[tokio::test]
async fn the_same_record_twice_is_the_same_event() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    let first = fixture.records(fixture.take(sold.clone())).await;
    let again = fixture.records(fixture.take(sold)).await;
    assert_eq!((first.len(), again.len()), (1, 0));
    let [one, two] = &fixture.waiting()[..] else { panic!("{:?}", fixture.waiting()) };
    assert_eq!(one, two);
}

#[tokio::test]
async fn a_batch_whose_events_could_not_be_queued_is_given_again_from_its_first_record() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let mut sold = fixture.sale("1").await;
    sold.extend(fixture.sale("2").await);
    let first = sold[0]["dynamodb"]["SequenceNumber"].as_str().unwrap().to_owned();
    fixture.queue.fail_after(0);
    let answer = fixture.take(sold.clone()).await;
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": first}]}));
    let answer = serde_json::to_value(fixture.take(sold).await).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    assert_eq!(fixture.waiting().len(), 2);
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_left_for_somebody_and_holds_up_no_other() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let mut sold = fixture.sale("1").await;
    let mut broken = fixture.sale("2").await.remove(0);
    broken["dynamodb"]["NewImage"]["body"] = json!({"S": "not what it was"});
    sold.insert(0, broken);
    sold.push(json!({"eventName": "INSERT"}));
    assert!(fixture.take(sold).await.batch_item_failures.is_empty());
    assert_eq!(fixture.waiting().len(), 1);
    let unread = fixture.queue.sent("/unread");
    assert_eq!(unread.len(), 2, "{unread:?}");
    assert!(!unread.concat().contains("not what it was"), "{unread:?}");
}

#[tokio::test]
async fn a_merchant_whose_contract_has_ended_is_told_nothing() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    let merchant = fixture.scope.settings.merchant.id;
    let last_day = domain::Day::parse("2026-11-24").unwrap();
    fixture.app.store.end_contract(merchant, last_day).await.unwrap();
    let later = instant("2026-11-25T09:00:00Z");
    webhooks::take(&fixture.app, webhooks::StreamEvent { records: sold }, later).await;
    assert_eq!(fixture.waiting().len(), 0);
}
