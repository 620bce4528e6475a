//! The daily run crashes at every call to the table, before the call or before its answer, and begins again.

use crate::fixture::{Fixture, app, card, day, sale_on, scheduled_at};
use domain::retention::Suppression;
use domain::{MemberId, Sector};
use platform::Deadline;
use retention::{Request, handle, run};
use store::{Contact, MasterKey, Store};
use support::{Calls, Crash, Moment, instant, mobile};

/// A daily run begins with so many reads: sixteen buckets, and the month where the previous run ended. A crash
/// among them changes nothing.
const FIRST_READS: u32 = 17;

struct People {
    /// A member with two absorbed members, purchases, a cancelled one, and a note of each merge.
    erased: MemberId,
    absorbed: [MemberId; 2],
    rearmed: MemberId,
}

/// The people of one merchant, whose deadline is 1 December.
async fn people(fixture: &Fixture) -> People {
    let (store, scope) = (&fixture.app.store, &fixture.scope);
    let mut ids = vec![];
    for number in 1..=4 {
        let id = fixture.enrol(number).await;
        fixture.sell(id, &format!("r{number}"), "2026-11-24").await;
        ids.push(id);
    }
    let people = People { erased: ids[0], absorbed: [ids[1], ids[2]], rearmed: ids[3] };
    let at = instant("2026-11-24T12:00:00Z");
    for absorbed in people.absorbed {
        store.merge_members(scope, people.erased, absorbed, at).await.unwrap();
    }
    let receipt = sale_on("r1", "2026-11-24").receipt().clone();
    store.cancel_purchase(scope, &receipt, at).await.unwrap();
    fixture.activate(people.rearmed, "2026-09-10T10:00:00Z").await;
    people
}

/// A daily run by an instance that crashes. The messages that were queued before the crash are handled too.
async fn run_day_and_crash(fixture: &Fixture, today: &str, crash: &Crash) {
    let client = fixture.table.client().config().to_builder().interceptor(crash.clone()).build();
    let client = aws_sdk_dynamodb::Client::from_conf(client);
    let store =
        Store::new(client, fixture.table.name(), MasterKey::derive("the secret of the tests"));
    let instance = app(store, &fixture.queue, "test");
    let now = scheduled_at(today);
    let ran = run(&instance, &Request::default(), now, Deadline::never()).await;
    assert!(ran.is_ok() || crash.has_happened());
    for body in fixture.queue.sent("/retention") {
        let handled = handle(&instance, &body, now, Deadline::never()).await;
        assert!(handled.is_ok() || crash.has_happened());
    }
    fixture.queue.clear();
}

/// Lets a daily run crash at every call in turn. Each time another merchant of the same table has its people,
/// `before` prepares them, the daily run of `today` crashes, and `after` checks the merchant. Returns the number
/// of calls of a whole run.
async fn crash_at_every_call(
    moment: Moment,
    today: &str,
    before: impl AsyncFn(&Fixture),
    after: impl AsyncFn(&Fixture, &People, &str),
) -> u32 {
    let first = Fixture::open(Sector::Retail).await;
    for calls in FIRST_READS.. {
        let fixture = first.open_another(2 + u128::from(calls)).await;
        let people = people(&fixture).await;
        before(&fixture).await;
        fixture.app.store.save_first_month(day("2026-12-01").month()).await.unwrap();
        let crash = Crash::default();
        crash.after(calls, Calls::All, moment);
        run_day_and_crash(&fixture, today, &crash).await;
        after(&fixture, &people, &format!("crashed after {calls} calls, {moment:?}")).await;
        if !crash.has_happened() {
            return calls;
        }
    }
    unreachable!("the loop ends with the first run that does not crash")
}

async fn assert_erased(fixture: &Fixture, people: &People, when: &str) {
    let People { erased, absorbed, rearmed } = people;
    assert!(!fixture.is_there(*erased).await, "{when}");
    // The tombstone, which names the absorbed members, and the record of the erasure.
    assert_eq!(fixture.traces(*erased).await, 2, "{when}");
    for member in absorbed {
        assert_eq!(fixture.traces(*member).await, 1, "{when}");
    }
    for number in 1..=3 {
        for contact in [Contact::Mobile(mobile(number)), card(number)] {
            assert_eq!(fixture.known(&contact).await, None, "{when}");
            let suppression = fixture.suppression(&contact, "2026-12-02").await;
            let expected = Suppression::RowsUpTo(day("2026-12-01"));
            assert_eq!(suppression, Some(expected), "{when}");
        }
    }
    let stored = fixture.app.store.member(&fixture.scope, *rearmed).await.unwrap();
    assert_eq!(stored.person.due.unwrap().to_string(), "2029-11-25", "{when}");
    assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, 1, "{when}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daily_run_that_crashes_at_any_call_and_begins_again_ends_as_one_that_did_not() {
    for moment in [Moment::BeforeCall, Moment::BeforeAnswer] {
        let after = async |fixture: &Fixture, people: &People, when: &str| {
            fixture.run_day("2026-12-01").await;
            assert_erased(fixture, people, when).await;
            fixture.run_day("2026-12-02").await;
            assert_eq!(fixture.traces(people.erased).await, 1, "{when}");
        };
        let calls = crash_at_every_call(moment, "2026-12-01", async |_| {}, after);
        let calls = Box::pin(calls).await;
        assert!(calls > FIRST_READS + 20, "{calls} calls");
    }
}

/// The day after an erasure its data are searched for once more, and the tombstone is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn the_second_look_after_an_erasure_is_repeated_after_a_crash_at_any_call() {
    for moment in [Moment::BeforeCall, Moment::BeforeAnswer] {
        let before = async |fixture: &Fixture| {
            fixture.app.store.save_first_month(day("2026-12-01").month()).await.unwrap();
            fixture.run_day("2026-12-01").await;
        };
        let after = async |fixture: &Fixture, people: &People, when: &str| {
            fixture.run_day("2026-12-02").await;
            assert_eq!(fixture.traces(people.erased).await, 1, "{when}");
            assert_eq!(fixture.erased_on("2026-12-01").await.never_activated, 1, "{when}");
        };
        let calls = Box::pin(crash_at_every_call(moment, "2026-12-02", before, after)).await;
        assert!(calls > FIRST_READS + 10, "{calls} calls");
    }
}
