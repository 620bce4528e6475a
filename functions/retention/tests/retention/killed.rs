//! The night killed at every call it makes to the table, before the call or after it, and begun again.

use crate::fixture::{Fixture, app, card, day, night_of, sale_on};
use aws_sdk_dynamodb::config::interceptors::{
    BeforeDeserializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use domain::{Instant, MemberId, Sector};
use retention::{Order, handle, night};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Contact, Known, MasterKey, Source, Store};
use support::{instant, mobile};

/// Lets so many calls through; then whoever makes them is dead.
#[derive(Debug, Clone)]
struct Life {
    calls_left: Arc<AtomicI64>,
    /// Whether the last call is carried out though its answer is lost.
    last_is_carried_out: bool,
}

#[derive(Debug)]
struct IsLast;

impl Storable for IsLast {
    type Storer = StoreReplace<Self>;
}

impl Life {
    fn ended(&self) -> bool {
        self.calls_left.load(Ordering::SeqCst) < 0
    }
}

impl Intercept for Life {
    fn name(&self) -> &'static str {
        "Life"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let left = self.calls_left.fetch_sub(1, Ordering::SeqCst);
        if left == 0 && self.last_is_carried_out {
            bag.interceptor_state().store_put(IsLast);
            return Ok(());
        }
        if left > 0 { Ok(()) } else { Err("killed".into()) }
    }

    fn modify_before_deserialization(
        &self,
        _: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        bag: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if bag.load::<IsLast>().is_some() { Err("killed".into()) } else { Ok(()) }
    }
}

/// The night begins with as many reads, sixteen buckets and where the last one ended; its death among
/// them leaves nothing.
const READS_FIRST: i64 = 17;

struct People {
    /// With two members merged into it, purchases, a cancelled one, and a note of each merge.
    erased: MemberId,
    absorbed: Vec<MemberId>,
    rearmed: MemberId,
}

async fn people(fixture: &Fixture) -> People {
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let mut ids = vec![];
    for number in 1..=4 {
        ids.push(fixture.enrol(number).await);
        fixture.sell(ids[ids.len() - 1], &format!("r{number}"), "2026-11-24").await;
    }
    let at = instant("2026-11-24T12:00:00Z");
    for absorbed in [ids[1], ids[2]] {
        store.merge_members(scope, ids[0], absorbed, &Source::Operator, at).await.unwrap();
    }
    let receipt = sale_on("r1", "2026-11-24").receipt().clone();
    store.cancel_purchase(scope, &receipt, at).await.unwrap();
    fixture.activate(ids[3], "2026-09-10T10:00:00Z").await;
    People { erased: ids[0], absorbed: vec![ids[1], ids[2]], rearmed: ids[3] }
}

/// One night by whoever dies after so many calls: what was queued before the death is worked too.
async fn night_with(fixture: &Fixture, today: &str, life: &Life) {
    let client = fixture.table.client().config().to_builder().interceptor(life.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    let store =
        Store::new(client, fixture.table.name(), MasterKey::derive("the secret of the tests"));
    let mortal = app(store, &fixture.queue, "test");
    let now = night_of(today);
    let began = night(&mortal, &Order::default(), now, Instant::MAX).await;
    assert!(began.is_ok() || life.ended());
    for body in fixture.queue.sent("/retention") {
        let worked = handle(&mortal, &body, now, Instant::MAX).await;
        assert!(worked.is_ok() || life.ended());
    }
    fixture.queue.clear();
}

async fn ended_well(fixture: &Fixture, people: &People, when: &str) {
    let People { erased, absorbed, rearmed } = people;
    assert!(!fixture.is_there(*erased).await, "{when}");
    // The tombstone, which names the merged ones, and the record.
    assert_eq!(fixture.traces(*erased).await, 2, "{when}");
    for member in absorbed {
        assert_eq!(fixture.traces(*member).await, 1, "{when}");
    }
    for number in 1..=3 {
        for contact in [Contact::Mobile(mobile(number)), card(number)] {
            let known = fixture.known(&contact, "2026-12-02").await;
            assert_eq!(known, Some(Known::Suppressed), "{when}");
        }
    }
    let kept = fixture.app.store.member(&fixture.scope, *rearmed).await.unwrap();
    assert_eq!(kept.person.due.unwrap().to_string(), "2029-11-24", "{when}");
    assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, 1, "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_night_killed_anywhere_and_begun_again_ends_as_if_it_had_not_been() {
    for last_is_carried_out in [false, true] {
        let mut calls = READS_FIRST;
        loop {
            let fixture = Fixture::open(Sector::Retail).await;
            fixture.app.store.note_swept(day("2026-12-01").month()).await.unwrap();
            let people = people(&fixture).await;
            let calls_left = Arc::new(AtomicI64::new(calls));
            let life = Life { calls_left, last_is_carried_out };
            night_with(&fixture, "2026-12-01", &life).await;
            let survived = !life.ended();
            let when =
                format!("dead after {calls} calls, the last carried out: {last_is_carried_out}");
            fixture.night("2026-12-01").await;
            ended_well(&fixture, &people, &when).await;
            fixture.night("2026-12-02").await;
            assert_eq!(fixture.traces(people.erased).await, 1, "{when}");
            if survived {
                break;
            }
            calls += 1;
        }
        assert!(calls > READS_FIRST + 20, "{calls} calls");
    }
}

/// The second look, which takes the tombstone away, killed at every call.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_look_killed_anywhere_is_taken_again() {
    for last_is_carried_out in [false, true] {
        let mut calls = READS_FIRST;
        loop {
            let fixture = Fixture::open(Sector::Retail).await;
            fixture.app.store.note_swept(day("2026-12-01").month()).await.unwrap();
            let people = people(&fixture).await;
            fixture.night("2026-12-01").await;
            let calls_left = Arc::new(AtomicI64::new(calls));
            let life = Life { calls_left, last_is_carried_out };
            night_with(&fixture, "2026-12-02", &life).await;
            let survived = !life.ended();
            fixture.night("2026-12-02").await;
            assert_eq!(fixture.traces(people.erased).await, 1, "dead after {calls} calls");
            assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, 1);
            if survived {
                break;
            }
            calls += 1;
        }
        assert!(calls > READS_FIRST + 10, "{calls} calls");
    }
}
