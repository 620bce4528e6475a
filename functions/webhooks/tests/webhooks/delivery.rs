//! One event, one endpoint.

use crate::receiver::Reply;
use crate::setup::{Desk, now};
use domain::WebhookId;
use domain::webhook::{ATTEMPTS, Reach, Switch};
use jiff::ToSpan as _;
use platform::queue::Failed;
use rstest::rstest;
use serde_json::Value;
use store::WebhookSecret;
use webhooks::sign;

/// A desk with an endpoint, and the message of one event for it.
async fn one_event(desk: &Desk) -> (WebhookId, WebhookSecret, String) {
    let (id, secret) = desk.of_everything().await;
    let sold = desk.sale("1").await;
    desk.take(sold).await;
    let message = desk.waiting().pop().unwrap();
    (id, secret, message)
}

#[tokio::test]
async fn an_event_arrives_signed_as_the_guide_says() {
    let desk = Desk::open().await;
    let (id, secret, message) = one_event(&desk).await;
    desk.deliver(&message, 1, now()).await.unwrap();
    let [posted] = &desk.receiver.posted()[..] else { panic!("{:?}", desk.receiver.posted()) };
    let body: Value = serde_json::from_str(&posted.body).unwrap();
    assert_eq!(posted.path, "/hooks");
    assert_eq!(posted.header("content-type"), "application/json");
    assert_eq!(posted.header("webhook-id"), body["id"].as_str().unwrap());
    assert_eq!(posted.header("webhook-timestamp"), now().as_second().to_string());
    let signature =
        sign(&[secret.key()], posted.header("webhook-id"), now().as_second(), &posted.body);
    assert_eq!(posted.header("webhook-signature"), signature);
    let health = desk.stored(id).await.health;
    assert_eq!((health.last_success_at, health.failures), (Some(now()), 0));
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let desk = Desk::open().await;
    let (id, old, message) = one_event(&desk).await;
    let merchant = desk.scope.settings.merchant.id;
    let settings = desk.app.store.settings_anew(merchant, now()).await.unwrap();
    let webhook = settings.webhook(id).unwrap();
    let (new, until) =
        desk.app.store.rotate_webhook_secret(&settings, webhook, now()).await.unwrap();
    desk.deliver(&message, 1, now()).await.unwrap();
    desk.deliver(&message, 1, until).await.unwrap();
    let posted = desk.receiver.posted();
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
async fn an_endpoint_that_fails_is_tried_again_later_and_its_record_says_how(
    #[case] reply: Reply,
    #[case] failure: &str,
) {
    let desk = Desk::open().await;
    let (id, _, message) = one_event(&desk).await;
    desk.receiver.answer(&[reply]);
    let failed = desk.deliver(&message, 3, now()).await;
    assert!(matches!(failed, Err(Failed::Retry(_))), "{failed:?}");
    assert_eq!(desk.queue.hidden(), [("attempt 3".to_owned(), 900)]);
    let health = desk.stored(id).await.health;
    assert_eq!((health.last_failure.as_deref(), health.failures), (Some(failure), 1));
    assert_eq!(health.failing_since, Some(now()));
    // A redirect led nowhere.
    assert_eq!(desk.receiver.posted().len(), 1);

    let later = now() + 15.minutes();
    desk.deliver(&message, 4, later).await.unwrap();
    let health = desk.stored(id).await.health;
    assert_eq!((health.failures, health.failing_since), (0, None));
    assert_eq!(health.last_success_at, Some(later));
    let posted = desk.receiver.posted();
    assert_eq!(posted[0].header("webhook-id"), posted[1].header("webhook-id"));
    assert_eq!(posted[0].body, posted[1].body);
    assert_ne!(posted[0].header("webhook-timestamp"), posted[1].header("webhook-timestamp"));
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let desk = Desk::open().await;
    let (_, _, message) = one_event(&desk).await;
    desk.receiver.answer(&[Reply::Endless]);
    desk.deliver(&message, 1, now()).await.unwrap();
}

#[tokio::test]
async fn production_never_posts_into_a_network() {
    let desk = Desk::reaching(Reach::Public).await;
    let (id, _, message) = one_event(&desk).await;
    assert!(desk.deliver(&message, 1, now()).await.is_err());
    assert_eq!(desk.receiver.posted().len(), 0);
    let health = desk.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some("address_not_public"));
}

#[tokio::test]
async fn a_name_that_leads_into_a_network_meanwhile_is_not_posted_to() {
    let desk = Desk::reaching(Reach::Public).await;
    let (id, _, message) = one_event(&desk).await;
    let webhook = desk.stored(id).await;
    let port = webhook.url.port();
    let url = domain::webhook::WebhookUrl::parse(
        &format!("https://localhost:{port}/hooks"),
        Reach::Public,
    )
    .unwrap();
    let merchant = desk.scope.settings.merchant.id;
    let change = (&url, &webhook.events, true);
    desk.app.store.change_webhook(merchant, &webhook, change).await.unwrap();
    assert!(desk.deliver(&message, 1, now()).await.is_err());
    let health = desk.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some("address_not_public"));
}

#[tokio::test]
async fn a_host_that_is_gone_is_a_failure_like_any_other() {
    let desk = Desk::open().await;
    let (id, _, message) = one_event(&desk).await;
    let webhook = desk.stored(id).await;
    let url = domain::webhook::WebhookUrl::parse("http://127.0.0.1:9/hooks", Reach::Anywhere);
    let merchant = desk.scope.settings.merchant.id;
    let change = (&url.unwrap(), &webhook.events, true);
    desk.app.store.change_webhook(merchant, &webhook, change).await.unwrap();
    assert!(desk.deliver(&message, 1, now()).await.is_err());
    let health = desk.stored(id).await.health;
    assert_eq!(health.last_failure.as_deref(), Some("no_connection"));
}

#[tokio::test]
async fn an_endpoint_deleted_or_turned_off_meanwhile_is_posted_nothing() {
    let desk = Desk::open().await;
    let (id, _, message) = one_event(&desk).await;
    desk.turn(id, false).await;
    desk.deliver(&message, 1, now()).await.unwrap();
    let merchant = desk.scope.settings.merchant.id;
    let webhook = desk.stored(id).await;
    desk.app.store.delete_webhook(merchant, &webhook).await.unwrap();
    desk.deliver(&message, 1, now()).await.unwrap();
    assert_eq!(desk.receiver.posted().len(), 0);
    assert!(desk.app.store.settings_anew(merchant, now()).await.unwrap().webhooks.is_empty());
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_for_three_days_is_turned_off_once() {
    let desk = Desk::open().await;
    let (id, _, message) = one_event(&desk).await;
    desk.receiver.answer(&[Reply::Status(500); 12]);
    for attempt in 1..ATTEMPTS {
        assert!(desk.deliver(&message, attempt, now()).await.is_err());
    }
    let health = desk.stored(id).await.health;
    assert_eq!((desk.stored(id).await.switch, health.failures), (Switch::On, 9));
    let three_days_later = now() + 72.hours();
    assert!(desk.deliver(&message, 10, three_days_later).await.is_err());
    assert_eq!(desk.stored(id).await.switch, Switch::GivenUp);
    desk.deliver(&message, 10, three_days_later).await.unwrap();
    assert_eq!(desk.receiver.posted().len(), 10);

    desk.turn(id, true).await;
    assert_eq!(desk.stored(id).await.health.failures, 0);
}

#[rstest]
#[case("")]
#[case("{}")]
#[case(
    r#"{"task":"deliver","tenant":"M#x","webhook":"y","at":"2026-11-24T09:20:00Z","event":"z"}"#
)]
#[tokio::test]
async fn a_message_that_is_none_of_ours_is_poison(#[case] body: &str) {
    let desk = Desk::open().await;
    assert!(matches!(desk.deliver(body, 1, now()).await, Err(Failed::Poison(_))));
}
