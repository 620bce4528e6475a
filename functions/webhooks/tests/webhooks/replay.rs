//! The events of a range are posted again.

use crate::setup::{Fixture, now};
use domain::webhook::{EventType, ReplayRange};
use jiff::ToSpan as _;
use platform::messages::WebhookMessage;
use store::{Event, EventKey, EventOrigin, Mode};
use support::instant;

/// An event at an instant, with a number in its identifier.
fn event(at: &str, number: usize, kind: EventType) -> Event {
    let key = EventKey { at: instant(at), id: format!("evt_{number:03}") };
    Event { key, kind, origin: EventOrigin::Service, body: "{}".to_owned() }
}

async fn replay(fixture: &Fixture, id: domain::WebhookId, from: &str, until: &str) {
    let piece = ReplayRange { from: instant(from), until: instant(until) };
    let message = WebhookMessage::replay(fixture.scope.tenant(), id, piece);
    fixture.deliver(&serde_json::to_string(&message).unwrap(), 1, now()).await.unwrap();
}

#[tokio::test]
async fn all_events_of_a_range_that_an_endpoint_subscribes_to_are_queued_again() {
    /// More than two pages.
    const EVENTS: usize = 450;
    let fixture = Fixture::open().await;
    let (id, _) = fixture.webhook(Mode::Live, [EventType::PurchaseCreated]).await;
    let mut events: Vec<_> = (0..EVENTS)
        .map(|number| event("2026-11-24T03:00:00Z", number, EventType::PurchaseCreated))
        .collect();
    events.push(event("2026-11-24T03:00:00Z", 900, EventType::MemberCreated));
    events.push(event("2026-11-24T06:00:00Z", 901, EventType::PurchaseCreated));
    events.push(event("2026-11-23T23:59:59Z", 902, EventType::PurchaseCreated));
    // This event of the same day a month before is no longer stored.
    events.push(event("2026-10-24T03:00:00Z", 903, EventType::PurchaseCreated));
    fixture.app.store.put_events(fixture.scope.tenant(), &events).await.unwrap();
    replay(&fixture, id, "2026-11-24T00:00:00Z", "2026-11-24T06:00:00Z").await;
    let queued = fixture.waiting();
    assert_eq!(queued.len(), EVENTS);
    assert!(queued.iter().all(|body| body.contains("deliver") && body.contains("T03:00:00Z")));
}

#[tokio::test]
async fn a_long_replay_is_continued_by_a_further_message() {
    /// More than the ten pages of one message.
    const EVENTS: usize = 2_050;
    let fixture = Fixture::open().await;
    let (id, _) = fixture.webhook(Mode::Live, [EventType::PurchaseCreated]).await;
    let events: Vec<_> = (0..EVENTS)
        .map(|number| event("2026-11-24T03:00:00Z", 100_000 + number, EventType::PurchaseCreated))
        .collect();
    fixture.app.store.put_events(fixture.scope.tenant(), &events).await.unwrap();
    replay(&fixture, id, "2026-11-24T00:00:00Z", "2026-11-24T06:00:00Z").await;
    let mut queued = fixture.waiting();
    let further = queued.pop().unwrap();
    assert!(further.contains("replay"), "{further}");
    assert_eq!(queued.len(), 2_000);
    fixture.queue.clear();
    fixture.deliver(&further, 1, now()).await.unwrap();
    queued.extend(fixture.waiting());
    let different: std::collections::BTreeSet<_> = queued.iter().collect();
    assert_eq!((queued.len(), different.len()), (EVENTS, EVENTS));
}

#[tokio::test]
async fn an_event_posted_again_keeps_its_identifier() {
    let fixture = Fixture::open().await;
    let (id, _) = fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    fixture.take(sold).await;
    let first = fixture.waiting().pop().unwrap();
    fixture.deliver(&first, 1, now()).await.unwrap();
    fixture.queue.clear();
    let day = now() - 10.hours();
    let range = ReplayRange::new(day, now() + 1.hour(), now() + 1.hour()).unwrap();
    for piece in range.pieces() {
        replay(&fixture, id, &piece.from.to_string(), &piece.until.to_string()).await;
    }
    let [again] = &fixture.waiting()[..] else { panic!("{:?}", fixture.waiting()) };
    assert_eq!(*again, first);
    fixture.deliver(again, 1, now()).await.unwrap();
    let posted = fixture.receiver.posted();
    assert_eq!(posted[0].header("webhook-id"), posted[1].header("webhook-id"));
}

#[tokio::test]
async fn an_event_that_has_expired_is_not_posted() {
    let fixture = Fixture::open().await;
    let (id, _) = fixture.of_everything().await;
    let old = event("2026-10-20T03:00:00Z", 1, EventType::PurchaseCreated);
    fixture.app.store.put_events(fixture.scope.tenant(), std::slice::from_ref(&old)).await.unwrap();
    let message = WebhookMessage::deliver(fixture.scope.tenant(), id, &old.key);
    fixture.deliver(&serde_json::to_string(&message).unwrap(), 1, now()).await.unwrap();
    assert_eq!(fixture.receiver.posted().len(), 0);
}
