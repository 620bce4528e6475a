//! Conflicts between transactions. The engine of the tests never reports one, so an interceptor does.

use crate::setup::{revocation, till_key};
use crate::uploads::{announced, finished, paris};
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use domain::campaign::{Campaign, Content, Draft};
use domain::member::{Details, Enrolment};
use domain::{CampaignId, Channel, Instant, Points, Sector, Segment};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use store::{
    Answered, Customer, IdempotencyKey, MasterKey, Mode, NewMember, Outcome, PurchaseToRecord,
    Source, Store, StoreError, Upload,
};
use support::{Table, instant, merchant, mobile, open_merchant, sale};

fn now() -> Instant {
    instant("2026-11-24T09:20:00Z")
}

/// Answers the first transactions with a conflict at their first item.
#[derive(Debug)]
struct Conflicts {
    left: AtomicU32,
    /// Whether the engine has written them all the same, as when an answer is lost.
    writes: bool,
}

/// Marks the current call as a transaction.
#[derive(Debug)]
struct IsTransaction;

impl Storable for IsTransaction {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Conflicts {
    fn name(&self) -> &'static str {
        "Conflicts"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        if target.ends_with("TransactWriteItems") {
            bag.interceptor_state().store_put(IsTransaction);
            if self.left.load(SeqCst) > 0 && !self.writes {
                // The engine refuses a transaction without items.
                *request.body_mut() = SdkBody::from("{}");
                request.headers_mut().insert("content-length", "2");
            }
        }
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        context: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let one_less = |left: u32| left.checked_sub(1);
        if bag.load::<IsTransaction>().is_some()
            && self.left.fetch_update(SeqCst, SeqCst, one_less).is_ok()
        {
            let answer = context.response_mut();
            *answer.status_mut() = 400.try_into()?;
            *answer.body_mut() = SdkBody::from(
                r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
                "message":"Transaction cancelled","CancellationReasons":[{"Code":"TransactionConflict"},
                {"Code":"None"},{"Code":"None"},{"Code":"None"}]}"#,
            );
        }
        Ok(())
    }
}

fn conflicting(table: &Table, times: u32) -> Store {
    with_conflicts(table, Conflicts { left: AtomicU32::new(times), writes: true })
}

/// A store whose first transaction is cancelled by a conflict.
fn cancelled_once(table: &Table) -> Store {
    with_conflicts(table, Conflicts { left: AtomicU32::new(1), writes: false })
}

fn with_conflicts(table: &Table, conflicts: Conflicts) -> Store {
    let config = table.client().config().to_builder().interceptor(conflicts).build();
    let client = aws_sdk_dynamodb::Client::from_conf(config);
    Store::new(client, table.name(), MasterKey::derive("the secret of the tests"))
}

fn customer() -> Customer {
    Customer::Enrol(Box::new(NewMember {
        mobile: mobile(1),
        details: Details::default(),
        enrolment: Enrolment::Till,
    }))
}

#[tokio::test]
async fn a_sale_after_three_conflicts_is_recorded_once() {
    let table = Table::start().await;
    let scope = open_merchant(&table.store(), &merchant(Sector::Retail, 1), now()).await;
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("1", 1_000),
        source: Source::Operator,
    };
    let store = conflicting(&table, 3);
    let sold = store.record_purchase(&scope, &customer(), &entry, now()).await.unwrap();
    assert_eq!(sold.points, Points::new(10));
    assert_eq!(sold.balance, Points::new(10));
    assert_eq!(sold.outcome, Outcome::Known(Source::Operator), "found at the fourth attempt");
    let again = table.store().record_purchase(&scope, &customer(), &entry, now()).await.unwrap();
    assert_eq!(again.outcome, Outcome::Known(Source::Operator));
    assert_eq!(again.balance, Points::new(10));
}

#[tokio::test]
async fn a_key_whose_revocation_meets_a_conflict_is_revoked() {
    let table = Table::start().await;
    let (shop, key) = (merchant(Sector::Retail, 1), till_key(1, Mode::Live));
    open_merchant(&table.store(), &shop, now()).await;
    table.store().create_till_key(shop.id, &key).await.unwrap();
    let revocation = revocation(now());
    let store = cancelled_once(&table);
    store.revoke_till_key(shop.id, &key.establishment, key.id, revocation).await.unwrap();
    let settings = table.store().settings(shop.id, now()).await.unwrap();
    assert_eq!(settings.keys[0].revoked, Some(revocation));
}

#[tokio::test]
async fn a_key_whose_creation_meets_a_conflict_takes_one_slot() {
    let table = Table::start().await;
    let shop = merchant(Sector::Retail, 1);
    open_merchant(&table.store(), &shop, now()).await;
    for number in 1..=2 {
        let key = till_key(number, Mode::Live);
        cancelled_once(&table).create_till_key(shop.id, &key).await.unwrap();
    }
    assert_eq!(table.store().settings(shop.id, now()).await.unwrap().keys.len(), 2);
}

#[tokio::test]
async fn a_file_whose_writes_meet_conflicts_is_claimed_counted_and_reported() {
    let table = Table::start().await;
    let scope = open_merchant(&table.store(), &merchant(Sector::Retail, 1), now()).await;
    let upload = announced(1);
    cancelled_once(&table).announce_upload(&scope, &upload).await.unwrap();
    let claimed = cancelled_once(&table).claim_upload(&scope, &upload, "v1").await.unwrap();
    let claimed = claimed.expect("no other version arrived");
    cancelled_once(&table).finish_range(&scope, upload.id, &finished(0, 5), now()).await.unwrap();
    let reported = Upload { ranges: 1, finished_at: Some(now()), ..claimed };
    cancelled_once(&table).put_upload(&scope, &reported, "v1").await.unwrap();
    let store = table.store();
    assert_eq!(store.ranges_done(&scope, upload.id).await.unwrap(), [finished(0, 5)]);
    let stored = store.upload(&scope, &paris(), upload.id).await.unwrap();
    assert_eq!((stored.ranges, stored.finished_at), (1, Some(now())));
}

#[tokio::test]
async fn a_request_with_endless_conflicts_is_busy() {
    let table = Table::start().await;
    let scope = open_merchant(&table.store(), &merchant(Sector::Retail, 1), now()).await;
    let entry = PurchaseToRecord {
        card_activated: false,
        purchase: sale("1", 1_000),
        source: Source::Operator,
    };
    let busy =
        conflicting(&table, u32::MAX).record_purchase(&scope, &customer(), &entry, now()).await;
    assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
}

#[tokio::test]
async fn a_keyed_request_whose_first_answer_was_lost_returns_the_stored_answer() {
    let table = Table::start().await;
    let scope = open_merchant(&table.store(), &merchant(Sector::Retail, 1), now()).await;
    let draft = Draft {
        name: "Rentrée".to_owned(),
        channel: Channel::Sms,
        content: Content { subject: String::new(), body: "Bonjour".to_owned(), folded: false },
        segment: Segment::default(),
    };
    let campaign = Campaign::drafted(CampaignId::mint(now(), 1), draft, now());
    let key = IdempotencyKey { text: "a key".to_owned(), fingerprint: [7; 32] };
    let store = conflicting(&table, 1);
    let written = store.create_campaign(&scope, &campaign, Some(&key), now()).await.unwrap();
    let Answered::Replayed(stored) = written else { panic!("it was not written twice") };
    assert_eq!(stored.campaign.id, campaign.id);
    assert_eq!(store.campaigns(&scope, None, 10).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn an_unmerge_whose_answer_was_lost_is_done_once_and_answered() {
    let table = Table::start().await;
    let scope = open_merchant(&table.store(), &merchant(Sector::Retail, 1), now()).await;
    let store = table.store();
    let mut ids = vec![];
    for number in 1..=2 {
        let details = Details::default();
        let new = NewMember { mobile: mobile(number), details, enrolment: Enrolment::Till };
        let id = store.create_member(&scope, &new, now()).await.unwrap().0.person.id;
        let entry = PurchaseToRecord {
            card_activated: false,
            purchase: sale(&format!("{number}"), 1_000),
            source: Source::Operator,
        };
        store.record_purchase(&scope, &Customer::Member(id), &entry, now()).await.unwrap();
        ids.push(id);
    }
    store.merge_members(&scope, ids[0], ids[1], now()).await.unwrap();
    let store_with_conflict = conflicting(&table, 1);
    let unmerged = Box::pin(store_with_conflict.unmerge_members(&scope, ids[0], ids[1], now()));
    let unmerged = unmerged.await.unwrap();
    assert_eq!(unmerged.given_back.given, Points::new(10));
    assert_eq!(unmerged.given_back.not_given, Points::ZERO);
    for id in ids {
        assert_eq!(store.member(&scope, id).await.unwrap().account.sum(), Points::new(10));
    }
}
