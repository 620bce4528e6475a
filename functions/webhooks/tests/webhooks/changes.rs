//! The events of changes, and the endpoints that they are queued for.

use crate::setup::{Fixture, now};
use domain::webhook::EventType;
use domain::{Cents, Points, Purchase, PurchaseKind, Sector};
use serde_json::{Value, json};
use store::{
    Answered, Customer, IdempotencyKey, Mode, NewRedemption, Redeemed, Scope, Source, StreamRecord,
    Wanted,
};
use support::{instant, receipt, sale};

/// The events of records, as they are posted.
fn events(records: &[Value]) -> Vec<Value> {
    let read = |record: &Value| {
        let record: StreamRecord = serde_json::from_value(record.clone()).unwrap();
        let event = webhooks::event(&record.read().unwrap()?).unwrap();
        Some(serde_json::from_str(&event.body).unwrap())
    };
    records.iter().filter_map(read).collect()
}

#[tokio::test]
async fn events_of_purchases_and_members_hold_identifiers_and_figures_only() {
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
    let anonymous_purchase = fixture.record_purchase(Customer::Anonymous, sale("2", 1_000));
    records.extend(fixture.records(anonymous_purchase).await);
    let second = receipt("2");
    let attached = Box::pin(store.attach_purchase(scope, &second, member, now()));
    records.extend(fixture.records(attached).await);
    let kind = PurchaseKind::Return { of: Some(receipt("1")) };
    let total = Cents::new(2_000);
    let returned =
        Purchase::new(Sector::Retail, receipt("3"), kind, now(), total, vec![], None).unwrap();
    records
        .extend(fixture.records(fixture.record_purchase(Customer::Member(member), returned)).await);
    let cancelled = Box::pin(store.cancel_purchase(scope, &second, now()));
    records.extend(fixture.records(cancelled).await);
    let other = fixture.member(scope, 2).await;
    let merged = Box::pin(store.merge_members(scope, member, other, now()));
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
async fn an_endpoint_gets_every_event_since_its_creation() {
    let mut fixture = Fixture::open().await;
    let before_creation = fixture.instance_with_cached_endpoints().await;
    fixture.of_everything().await;
    fixture.app.store = before_creation;
    let sold = fixture.sale("1").await;
    fixture.take(sold).await;
    assert_eq!(fixture.waiting().len(), 1);
}

#[tokio::test]
async fn an_erasure_is_an_event_of_its_own_and_a_correction_is_none() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let id = fixture.member(scope, 1).await;
    fixture.record_purchase(Customer::Member(id), sale("1", 4_490)).await;
    let registered = Box::pin(async {
        let correction = store::Correction {
            first_name: Some(Some("Camille".to_owned())),
            ..store::Correction::default()
        };
        store.correct_member(scope, id, &correction, now()).await.unwrap();
    });
    assert_eq!(events(&fixture.records(registered).await), Vec::<Value>::new());
    let erased = Box::pin(async {
        let today = domain::Day::parse("2026-11-24").unwrap();
        let member = store.member(scope, id).await.unwrap();
        let reason = domain::retention::ErasureReason::Inactive;
        let tombstone = store
            .decide_erasure(
                scope,
                &member,
                &store.login_state(scope, &member.person).await.unwrap(),
                reason,
                today,
            )
            .await
            .unwrap();
        store.carry_out_erasure(scope, &tombstone.unwrap(), today).await.unwrap();
    });
    let erased = events(&fixture.records(erased).await);
    let erased: Vec<_> = erased.iter().map(|event| (&event["type"], &event["data"])).collect();
    let data = json!({"member_id": id.to_string(), "reason": "inactive"});
    assert_eq!(erased, [(&json!("member.erased"), &data)]);
}

#[tokio::test]
async fn spending_points_and_cancelling_the_redemption_are_two_events() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let member = fixture.member(scope, 1).await;
    fixture.record_purchase(Customer::Member(member), sale("1", 4_490)).await;
    let today = domain::Day::parse("2026-11-24").unwrap();
    let new = NewRedemption { member, wanted: Wanted::Bill(Points::new(30)), today };
    let key = IdempotencyKey { text: "a key".to_owned(), fingerprint: [0; 32] };
    let spent = Box::pin(async { store.redeem(scope, &new, &key, now()).await.unwrap() });
    let mut records = fixture.records(spent).await;
    let again = store.redeem(scope, &new, &key, now()).await.unwrap();
    let Answered::Replayed(Redeemed { redemption, .. }) = again else { panic!("spent twice") };
    let given_back = Box::pin(async {
        store.cancel_redemption(scope, member, redemption.id, today, now()).await.unwrap();
    });
    records.extend(fixture.records(given_back).await);
    let points: Vec<_> =
        events(&records).iter().map(|event| event["data"]["points"].clone()).collect();
    assert_eq!(points, [json!(-30), json!(30)]);
}

#[tokio::test]
async fn an_event_is_queued_for_each_endpoint_that_subscribes_to_it() {
    let fixture = Fixture::open().await;
    let (everything, _) = fixture.of_everything().await;
    let (members, _) = fixture.webhook(Mode::Live, [EventType::MemberCreated]).await;
    fixture.webhook(Mode::Test, EventType::ALL).await;
    let mut records = fixture.sale("1").await;
    records.extend(fixture.records(fixture.member(&fixture.scope, 1)).await);
    assert!(fixture.take(records).await.batch_item_failures.is_empty());
    let queued: Vec<Value> =
        fixture.waiting().iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let queued_for = |id: domain::WebhookId| {
        queued.iter().filter(|message| message["webhook"] == id.to_string()).count()
    };
    assert_eq!(queued_for(everything), 3, "the purchase, the member, and the welcome points");
    assert_eq!(queued_for(members), 1, "the member");
    assert_eq!(queued.len(), 4, "no other endpoint");
}

#[tokio::test]
async fn events_of_a_file_go_only_to_endpoints_that_ask_for_them() {
    let fixture = Fixture::open().await;
    let (tills, _) = fixture.of_everything().await;
    let (files, _) = fixture.of_everything().await;
    fixture.ask_for_files(files).await;
    let upload = domain::UploadId::mint(now(), 1);
    let source = Source::File { upload, line: 2 };
    let sold = fixture.record_purchase_of(source, Customer::Anonymous, sale("1", 4_490));
    let mut records = fixture.records(sold).await;
    let by_file = fixture.member_by(&fixture.scope, 1, domain::Enrolment::FileRow);
    records.extend(fixture.records(by_file).await);
    fixture.take(records).await;
    let to = |id: domain::WebhookId| {
        fixture.waiting().iter().filter(|body| body.contains(&id.to_string())).count()
    };
    assert_eq!(to(files), 3, "the purchase, the member, and the welcome points");
    assert_eq!(to(tills), 0);

    // A replay makes the same difference.
    fixture.queue.clear();
    let piece = domain::webhook::ReplayRange {
        from: instant("2026-11-24T06:00:00Z"),
        until: instant("2026-11-24T12:00:00Z"),
    };
    for id in [tills, files] {
        let message = platform::messages::WebhookMessage::replay(fixture.scope.tenant(), id, piece);
        fixture.deliver(&serde_json::to_string(&message).unwrap(), 1, now()).await.unwrap();
    }
    assert_eq!((to(files), to(tills)), (3, 0));
}

#[tokio::test]
async fn events_of_a_file_that_no_endpoint_asks_for_are_not_stored() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let source = Source::File { upload: domain::UploadId::mint(now(), 1), line: 2 };
    let sold = fixture.record_purchase_of(source, Customer::Anonymous, sale("1", 4_490));
    let records = fixture.records(sold).await;
    let written = fixture.records(fixture.take(records)).await;
    assert!(written.is_empty(), "{written:?}");
    assert!(fixture.waiting().is_empty());
}

#[tokio::test]
async fn a_cancelled_receipt_that_is_sent_again_is_a_new_purchase() {
    let fixture = Fixture::open().await;
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    fixture.record_purchase(Customer::Anonymous, sale("1", 4_490)).await;
    store.cancel_purchase(scope, &receipt("1"), now()).await.unwrap();
    let again = fixture.record_purchase(Customer::Anonymous, sale("1", 3_000));
    let events = events(&fixture.records(again).await);
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!(event["type"], "purchase.created");
    assert_eq!(event["data"]["total_cents"], 3_000);
}

#[tokio::test]
async fn every_message_is_in_the_group_of_its_endpoint() {
    let fixture = Fixture::open().await;
    let (first, _) = fixture.of_everything().await;
    let (second, _) = fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    fixture.take(sold).await;
    let groups = fixture.queue.groups("/webhooks");
    assert_eq!(groups, [Some(first.to_string()), Some(second.to_string())]);
}

#[tokio::test]
async fn for_a_merchant_without_endpoints_nothing_is_stored_or_queued() {
    let fixture = Fixture::open().await;
    let sold = fixture.sale("1").await;
    let written = fixture.records(fixture.take(sold)).await;
    assert!(written.is_empty(), "{written:?}");
    assert!(fixture.waiting().is_empty());
}

#[tokio::test]
async fn an_event_of_an_endpoint_that_is_off_is_stored_and_not_queued() {
    let fixture = Fixture::open().await;
    let (id, _) = fixture.of_everything().await;
    fixture.turn(id, false).await;
    let sold = fixture.sale("1").await;
    let stored = fixture.records(fixture.take(sold)).await;
    assert_eq!(stored.len(), 1);
    assert!(fixture.waiting().is_empty());
}

#[tokio::test]
async fn events_of_test_data_are_queued_for_test_endpoints_only() {
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
    assert_eq!(first.len(), 1);
    assert!(again.is_empty(), "{again:?}");
    let [one, two] = &fixture.waiting()[..] else { panic!("{:?}", fixture.waiting()) };
    assert_eq!(one, two);
}

#[tokio::test]
async fn a_batch_whose_events_were_not_queued_is_delivered_again_from_its_first_record() {
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
async fn an_unreadable_record_goes_to_the_dead_letters_and_does_not_stop_the_others() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let mut sold = fixture.sale("1").await;
    let mut broken = fixture.sale("2").await.remove(0);
    broken["dynamodb"]["NewImage"]["body"] = json!({"S": "not what it was"});
    sold.insert(0, broken);
    sold.push(json!({"eventName": "INSERT"}));
    assert!(fixture.take(sold).await.batch_item_failures.is_empty());
    assert_eq!(fixture.waiting().len(), 1);
    let unreadable = fixture.queue.sent("/dead-letters");
    assert_eq!(unreadable.len(), 2, "{unreadable:?}");
    assert!(!unreadable.concat().contains("not what it was"), "{unreadable:?}");
}

#[tokio::test]
async fn no_event_is_queued_after_the_end_of_the_contract() {
    let fixture = Fixture::open().await;
    fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    let merchant = fixture.scope.settings.merchant.id;
    let last_day = domain::Day::parse("2026-11-24").unwrap();
    fixture.app.store.end_contract(merchant, last_day, domain::Credential::Operator).await.unwrap();
    let later = instant("2026-11-25T09:00:00Z");
    webhooks::handle_changes(&fixture.app, webhooks::StreamEvent { records: sold }, later).await;
    assert_eq!(fixture.waiting().len(), 0);
}
