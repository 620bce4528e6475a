//! The circuit breaker of an endpoint: after repeated failures its events wait for an accepted probe.

use crate::receiver::Reply;
use crate::setup::{Fixture, now};
use domain::webhook::{Health, Switch, probe_delay};
use domain::{Instant, WebhookId};
use jiff::ToSpan as _;
use platform::messages::WebhookMessage;

const FAILURES: usize = 5;

/// An endpoint that failed five times, whose first event waits; and the messages of its events.
async fn paused(fixture: &Fixture) -> (WebhookId, Vec<String>) {
    paused_at(fixture, now()).await
}

async fn paused_at(fixture: &Fixture, at: Instant) -> (WebhookId, Vec<String>) {
    let (id, _) = fixture.of_everything().await;
    for number in 1..=FAILURES + 2 {
        let sold = fixture.sale(&number.to_string()).await;
        fixture.take(sold).await;
    }
    let events = fixture.waiting();
    fixture.queue.clear();
    fixture.receiver.answer(&[Reply::Status(503); FAILURES]);
    for event in &events[..FAILURES] {
        assert!(fixture.deliver(event, 1, at).await.is_err());
    }
    // A post that timed out before the receiver took it has left its reply behind.
    fixture.receiver.answer(&[]);
    (id, events)
}

fn probes(messages: &[String]) -> Vec<String> {
    messages.iter().filter(|body| body.contains("probe")).cloned().collect()
}

#[tokio::test]
async fn after_five_failures_in_a_row_events_wait_without_an_attempt() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    let health = fixture.stored(id).await.health;
    assert_eq!(health.paused_at, Some(now()));
    let [probe] = &fixture.waiting()[..] else { panic!("{:?}", fixture.waiting()) };
    let expected = WebhookMessage::probe(fixture.scope.tenant(), id, now(), 1);
    assert_eq!(*probe, serde_json::to_string(&expected).unwrap());
    let sent = fixture.queue.receive("webhooks").unwrap();
    assert_eq!((sent.delay, sent.group), (60, Some(id.to_string())));
    for event in &events {
        fixture.deliver(event, 2, now()).await.unwrap();
    }
    assert_eq!(fixture.receiver.posted().len(), FAILURES, "no further attempt");
    assert!(fixture.stored(id).await.health.waiting_since.is_some());
    assert_eq!(fixture.queue.hidden().len(), FAILURES, "a waiting event leaves the queue");
}

#[tokio::test]
async fn a_success_between_failures_keeps_the_posts_going() {
    let fixture = Fixture::open().await;
    let (id, _) = fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    fixture.take(sold).await;
    let event = fixture.waiting().pop().unwrap();
    let [bad, good] = [Reply::Status(500), Reply::Status(204)];
    fixture.receiver.answer(&[good, bad, bad, bad, bad, good, bad, bad, bad, bad]);
    for _ in 0..10 {
        let _outcome = fixture.deliver(&event, 1, now()).await;
    }
    assert_eq!(fixture.receiver.posted().len(), 10);
    let health = fixture.stored(id).await.health;
    assert_eq!((health.paused_at, health.failures), (None, 4));
}

#[tokio::test]
async fn a_paused_endpoint_does_not_delay_another_one() {
    let fixture = Fixture::open().await;
    paused(&fixture).await;
    let (other, _) = fixture.of_everything().await;
    fixture.queue.clear();
    let sold = fixture.sale("B1").await;
    fixture.take(sold).await;
    for event in fixture.waiting() {
        fixture.deliver(&event, 1, now()).await.unwrap();
    }
    assert_eq!(fixture.receiver.posted().len(), FAILURES + 1);
    assert_eq!(fixture.stored(other).await.health.last_success_at, Some(now()));
}

#[tokio::test]
async fn an_accepted_probe_ends_the_pause_and_every_waiting_event_is_posted() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    for event in &events {
        fixture.deliver(event, 2, now()).await.unwrap();
    }
    let probe = probes(&fixture.waiting()).pop().unwrap();
    fixture.queue.clear();
    let later = now() + 1.minute();
    fixture.deliver(&probe, 1, later).await.unwrap();
    let health = fixture.stored(id).await.health;
    assert_eq!((health.paused_at, health.waiting_since, health.failures), (None, None, 0));
    assert_eq!(health.last_success_at, Some(later));
    let replays = fixture.waiting();
    fixture.queue.clear();
    for replay in replays {
        fixture.deliver(&replay, 1, later).await.unwrap();
    }
    let mut queued = fixture.waiting();
    let mut expected = events.clone();
    queued.sort();
    expected.sort();
    assert_eq!(queued, expected);
    for event in &queued {
        fixture.deliver(event, 1, later).await.unwrap();
    }
    assert_eq!(fixture.receiver.posted().len(), FAILURES + 1 + events.len());
}

#[tokio::test]
async fn a_pause_that_begins_within_a_second_is_ended_by_its_probe() {
    let fixture = Fixture::open().await;
    let within_a_second = now() + 486.milliseconds();
    let (id, events) = paused_at(&fixture, within_a_second).await;
    let probe = probes(&fixture.waiting()).pop().unwrap();
    fixture.deliver(&events[0], 2, within_a_second).await.unwrap();
    fixture.deliver(&probe, 1, now() + 1.minute()).await.unwrap();
    let health = fixture.stored(id).await.health;
    assert_eq!((health.paused_at, health.waiting_since), (None, None));
}

#[tokio::test]
async fn a_refused_probe_is_followed_by_a_later_one_with_another_event() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    for event in &events {
        fixture.deliver(event, 2, now()).await.unwrap();
    }
    let _first = fixture.queue.receive("webhooks");
    fixture.receiver.answer(&[Reply::Silence, Reply::Status(500)]);
    for number in 1..=2 {
        let probe = WebhookMessage::probe(fixture.scope.tenant(), id, now(), number);
        fixture.deliver(&serde_json::to_string(&probe).unwrap(), 1, now()).await.unwrap();
        let next = fixture.queue.receive("webhooks").unwrap();
        assert_eq!(next.delay, probe_delay(number + 1).as_secs());
        assert!(next.body.contains(&format!("\"probe\":{}", number + 1)), "{}", next.body);
    }
    let posted = fixture.receiver.posted();
    let [.., one, two] = &posted[..] else { panic!("{posted:?}") };
    assert_ne!(one.header("webhook-id"), two.header("webhook-id"));
    assert_eq!(fixture.stored(id).await.health.paused_at, Some(now()));
}

#[tokio::test]
async fn a_function_killed_at_the_end_of_a_pause_replays_the_waiting_events_again() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    for event in &events {
        fixture.deliver(event, 2, now()).await.unwrap();
    }
    let probe = probes(&fixture.waiting()).pop().unwrap();
    fixture.queue.clear();
    fixture.queue.fail_after(0);
    assert!(fixture.deliver(&probe, 1, now()).await.is_err());
    assert_eq!(fixture.stored(id).await.health.paused_at, None);
    assert!(fixture.waiting().is_empty());
    fixture.deliver(&probe, 2, now()).await.unwrap();
    assert!(fixture.waiting().iter().all(|body| body.contains("replay")));
    assert!(!fixture.waiting().is_empty());
    assert_eq!(fixture.stored(id).await.health.waiting_since, None);
    assert_eq!(fixture.receiver.posted().len(), FAILURES + 1, "the probe is not posted again");
}

#[tokio::test]
async fn without_a_waiting_event_the_next_event_is_the_probe() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    let probe = probes(&fixture.waiting()).pop().unwrap();
    fixture.deliver(&probe, 1, now()).await.unwrap();
    assert_eq!(fixture.receiver.posted().len(), FAILURES);
    assert_eq!(fixture.stored(id).await.health.paused_at, None);
    fixture.receiver.answer(&[Reply::Status(503)]);
    assert!(fixture.deliver(&events[0], 2, now()).await.is_err());
    assert_eq!(fixture.stored(id).await.health.paused_at, Some(now()), "one failure is enough");
}

#[tokio::test]
async fn an_event_renews_the_probes_that_were_lost() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    fixture.queue.clear();
    let later = now() + 61.minutes();
    for event in &events {
        fixture.deliver(event, 2, later).await.unwrap();
    }
    let waiting = fixture.waiting();
    assert_eq!(probes(&waiting).len(), 1, "{waiting:?}");
    assert!(waiting[0].contains(&id.to_string()));
}

#[tokio::test]
async fn an_endpoint_whose_probes_fail_for_three_days_is_turned_off() {
    let fixture = Fixture::open().await;
    let (id, events) = paused(&fixture).await;
    fixture.deliver(&events[0], 2, now()).await.unwrap();
    let most = usize::try_from(Health::FAILURES_BEFORE_OFF).unwrap();
    fixture.receiver.answer(&vec![Reply::Status(500); most]);
    let probe = WebhookMessage::probe(fixture.scope.tenant(), id, now(), 9);
    let probe = serde_json::to_string(&probe).unwrap();
    for _ in FAILURES..most {
        fixture.deliver(&probe, 1, now() + 71.hours()).await.unwrap();
    }
    assert_eq!(fixture.stored(id).await.switch, Switch::On);
    fixture.queue.clear();
    fixture.deliver(&probe, 1, now() + 72.hours()).await.unwrap();
    assert_eq!(fixture.stored(id).await.switch, Switch::GivenUp);
    assert!(fixture.waiting().is_empty(), "no further probe");
    let posts = fixture.receiver.posted().len();
    fixture.deliver(&events[1], 3, now() + 72.hours()).await.unwrap();
    assert_eq!(fixture.receiver.posted().len(), posts, "nothing is posted afterwards");

    fixture.turn(id, true).await;
    let health = fixture.stored(id).await.health;
    assert_eq!((health.failures, health.paused_at, health.waiting_since), (0, None, None));
}

#[tokio::test]
async fn an_old_failure_and_quiet_days_do_not_turn_an_endpoint_off() {
    let fixture = Fixture::open().await;
    let (id, _) = fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    fixture.take(sold).await;
    let event = fixture.waiting().pop().unwrap();
    fixture.receiver.answer(&[Reply::Status(500); 60]);
    assert!(fixture.deliver(&event, 1, now()).await.is_err());
    let later = now() + (24 * 4).hours();
    for _ in 1..FAILURES {
        assert!(fixture.deliver(&event, 2, later).await.is_err());
    }
    fixture.deliver(&event, 3, later).await.unwrap();
    let probe = WebhookMessage::probe(fixture.scope.tenant(), id, later, 1);
    for _ in 0..50 {
        fixture.deliver(&serde_json::to_string(&probe).unwrap(), 1, later).await.unwrap();
    }
    assert_eq!(fixture.stored(id).await.switch, Switch::On);
}
