//! The delivery of one event to one endpoint.

use crate::receiver::Reply;
use crate::setup::{Fixture, now};
use domain::WebhookId;
use domain::webhook::Reach;
use jiff::ToSpan as _;
use platform::queue::Failed;
use rstest::rstest;
use serde_json::Value;
use store::{WebhookChange, WebhookSecret};
use webhooks::sign;

/// An endpoint, its secret, and the message of one event for it.
async fn one_event(fixture: &Fixture) -> (WebhookId, WebhookSecret, String) {
    let (id, secret) = fixture.of_everything().await;
    let sold = fixture.sale("1").await;
    fixture.take(sold).await;
    let message = fixture.waiting().pop().unwrap();
    (id, secret, message)
}

#[tokio::test]
async fn a_posted_event_has_the_signature_of_the_guide() {
    let fixture = Fixture::open().await;
    let (id, secret, message) = one_event(&fixture).await;
    fixture.deliver(&message, 1, now()).await.unwrap();
    let [posted] = &fixture.receiver.posted()[..] else {
        panic!("{:?}", fixture.receiver.posted())
    };
    let body: Value = serde_json::from_str(&posted.body).unwrap();
    assert_eq!(posted.path, "/hooks");
    assert_eq!(posted.header("content-type"), "application/json");
    assert_eq!(posted.header("webhook-id"), body["id"].as_str().unwrap());
    assert_eq!(posted.header("webhook-timestamp"), now().as_second().to_string());
    let signature =
        sign(&[secret.key()], posted.header("webhook-id"), now().as_second(), &posted.body);
    assert_eq!(posted.header("webhook-signature"), signature);
    let health = fixture.stored(id).await.health;
    assert_eq!(health.last_success_at, Some(now()));
    assert_eq!(health.failures, 0);
}

#[tokio::test]
async fn an_endpoint_that_is_newer_than_the_cached_endpoints_gets_the_event() {
    let mut fixture = Fixture::open().await;
    let before_creation = fixture.instance_with_cached_endpoints().await;
    let (id, _, message) = one_event(&fixture).await;
    fixture.turn(id, false).await;
    let turned_off = fixture.instance_with_cached_endpoints().await;
    fixture.turn(id, true).await;
    for (posted, store) in [(1, before_creation), (2, turned_off)] {
        fixture.app.store = store;
        fixture.deliver(&message, 1, now()).await.unwrap();
        assert_eq!(fixture.receiver.posted().len(), posted);
    }
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let fixture = Fixture::open().await;
    let (id, old, message) = one_event(&fixture).await;
    let webhook = fixture.stored(id).await;
    let (new, until) = fixture
        .app
        .store
        .rotate_webhook_secret(
            &fixture.scope.settings,
            &webhook,
            domain::Credential::Operator,
            now(),
        )
        .await
        .unwrap();
    fixture.deliver(&message, 1, now()).await.unwrap();
    fixture.deliver(&message, 1, until).await.unwrap();
    let posted = fixture.receiver.posted();
    let event = posted[0].header("webhook-id");
    let signed =
        |keys: &[&[u8]], at: domain::Instant| sign(keys, event, at.as_second(), &posted[0].body);
    assert_eq!(posted[0].header("webhook-signature"), signed(&[new.key(), old.key()], now()));
    assert_eq!(posted[1].header("webhook-signature"), signed(&[new.key()], until));
}

#[rstest]
#[case(Reply::Status(500), "http_500")]
#[case(Reply::Status(404), "http_404")]
#[case(Reply::Redirect, "http_307")]
#[case(Reply::Silence, "timeout")]
#[tokio::test]
async fn a_failed_delivery_is_tried_again_and_recorded_on_the_endpoint(
    #[case] reply: Reply,
    #[case] failure: &str,
) {
    let fixture = Fixture::open().await;
    let (id, _, message) = one_event(&fixture).await;
    fixture.receiver.answer(&[reply]);
    let failed = fixture.deliver(&message, 3, now()).await;
    assert!(matches!(failed, Err(Failed::Retry(_))), "{failed:?}");
    assert_eq!(fixture.queue.hidden(), [("attempt 3".to_owned(), 900)]);
    let health = fixture.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some(failure));
    assert_eq!(health.failures, 1);
    assert_eq!(health.failing_since, Some(now()));
    assert_eq!(fixture.receiver.posted().len(), 1, "a redirect is not followed");

    let later = now() + 15.minutes();
    fixture.deliver(&message, 4, later).await.unwrap();
    let health = fixture.stored(id).await.health;
    assert_eq!(health.failures, 0);
    assert_eq!(health.failing_since, None);
    assert_eq!(health.last_success_at, Some(later));
    let posted = fixture.receiver.posted();
    assert_eq!(posted[0].header("webhook-id"), posted[1].header("webhook-id"));
    assert_eq!(posted[0].body, posted[1].body);
    assert_ne!(posted[0].header("webhook-timestamp"), posted[1].header("webhook-timestamp"));
}

#[tokio::test]
async fn an_endless_response_is_not_read_to_its_end() {
    let fixture = Fixture::open().await;
    let (_, _, message) = one_event(&fixture).await;
    fixture.receiver.answer(&[Reply::Endless]);
    fixture.deliver(&message, 1, now()).await.unwrap();
}

#[tokio::test]
async fn production_never_posts_to_a_private_address() {
    let fixture = Fixture::reaching(Reach::Public).await;
    let (id, _, message) = one_event(&fixture).await;
    assert!(fixture.deliver(&message, 1, now()).await.is_err());
    assert_eq!(fixture.receiver.posted().len(), 0);
    let health = fixture.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some("address_not_public"));
}

#[tokio::test]
async fn a_host_that_now_has_a_private_address_is_not_called() {
    let fixture = Fixture::reaching(Reach::Public).await;
    let (id, _, message) = one_event(&fixture).await;
    let webhook = fixture.stored(id).await;
    let port = webhook.url.port();
    let url = domain::webhook::WebhookUrl::parse(
        &format!("https://localhost:{port}/hooks"),
        Reach::Public,
    )
    .unwrap();
    let merchant = fixture.scope.settings.merchant.id;
    let events = webhook.events.clone();
    let change = WebhookChange { url, events, file_events: false, on: true };
    fixture
        .app
        .store
        .change_webhook(merchant, &webhook, &change, domain::Credential::Operator)
        .await
        .unwrap();
    assert!(fixture.deliver(&message, 1, now()).await.is_err());
    let health = fixture.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some("address_not_public"));
}

#[tokio::test]
async fn a_host_that_is_gone_is_a_failure_like_any_other() {
    let fixture = Fixture::open().await;
    let (id, _, message) = one_event(&fixture).await;
    let webhook = fixture.stored(id).await;
    let url = domain::webhook::WebhookUrl::parse("http://127.0.0.1:9/hooks", Reach::Anywhere);
    let merchant = fixture.scope.settings.merchant.id;
    let (url, events) = (url.unwrap(), webhook.events.clone());
    let change = WebhookChange { url, events, file_events: false, on: true };
    fixture
        .app
        .store
        .change_webhook(merchant, &webhook, &change, domain::Credential::Operator)
        .await
        .unwrap();
    assert!(fixture.deliver(&message, 1, now()).await.is_err());
    let health = fixture.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some("no_connection"));
}

#[tokio::test]
async fn no_event_is_posted_to_an_endpoint_that_was_deleted_or_turned_off() {
    let fixture = Fixture::open().await;
    let (id, _, message) = one_event(&fixture).await;
    fixture.turn(id, false).await;
    fixture.deliver(&message, 1, now()).await.unwrap();
    let merchant = fixture.scope.settings.merchant.id;
    let webhook = fixture.stored(id).await;
    fixture.app.store.delete_webhook(merchant, &webhook).await.unwrap();
    fixture.deliver(&message, 1, now()).await.unwrap();
    assert_eq!(fixture.receiver.posted().len(), 0);
    let webhooks = fixture.app.store.webhooks_fresh(merchant, now()).await.unwrap();
    assert!(webhooks.all().is_empty());
}

#[rstest]
#[case("")]
#[case("{}")]
#[case(
    r#"{"task":"deliver","tenant":"M#x","webhook":"y","at":"2026-11-24T09:20:00Z","event":"z"}"#
)]
#[tokio::test]
async fn a_body_that_is_no_message_is_poison(#[case] body: &str) {
    let fixture = Fixture::open().await;
    assert!(matches!(fixture.deliver(body, 1, now()).await, Err(Failed::Poison(_))));
}
