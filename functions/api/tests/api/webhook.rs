//! The endpoints that receive a merchant's events.

use crate::setup::{Answer, NOW, Service, text};
use axum::http::Method;
use rstest::rstest;
use serde_json::{Value, json};

/// A number of the internet, so that no name has to be looked up.
const URL: &str = "https://93.184.216.34/hooks/zerosix";

/// The endpoints of a merchant of its own.
struct Fixture {
    service: Service,
    path: String,
}

impl Fixture {
    async fn open() -> Self {
        let service = Service::start().await;
        let merchant = service.till("A", "retail").await.merchant;
        Self { service, path: format!("/v1/merchants/{merchant}/webhooks") }
    }

    async fn ask(&self, method: Method, end: &str, body: Option<Value>) -> Answer {
        self.service.operator(method, &format!("{}{end}", self.path), body.as_ref()).await
    }

    async fn add(&self, events: &[&str]) -> Answer {
        let body = json!({"mode": "live", "url": URL, "events": events});
        self.ask(Method::POST, "", Some(body)).await
    }

    /// The end of the path of an endpoint just added.
    async fn added(&self) -> String {
        let made = self.add(&["purchase.created"]).await;
        assert_eq!(made.status, 201, "{made:?}");
        format!("/{}", text(&made.body, "webhook_id"))
    }
}

#[tokio::test]
async fn an_endpoint_is_created_with_a_secret_that_is_shown_once() {
    let fixture = Fixture::open().await;
    let made = fixture.add(&["purchase.created", "member.created", "purchase.created"]).await;
    assert_eq!(made.status, 201, "{made:?}");
    let secret = text(&made.body, "secret");
    assert!(secret.starts_with("whsec_"), "{secret}");
    let shown = fixture.ask(Method::GET, "", None).await;
    assert!(!shown.body.to_string().contains(&secret));
    insta::assert_json_snapshot!(shown.body, { ".webhooks[].webhook_id" => "[webhook]" });
}

#[tokio::test]
async fn a_merchant_has_at_most_five_endpoints() {
    let fixture = Fixture::open().await;
    for _ in 0..5 {
        fixture.added().await;
    }
    let sixth = fixture.add(&["purchase.created"]).await;
    assert_eq!(sixth.status, 409, "{sixth:?}");
    let listed = fixture.ask(Method::GET, "", None).await;
    let ids: Vec<_> = listed.body["webhooks"].as_array().unwrap().iter().collect();
    assert_eq!(ids.len(), 5);
    let first = format!("/{}", text(ids[0], "webhook_id"));
    assert_eq!(fixture.ask(Method::DELETE, &first, None).await.status, 204);
    assert_eq!(fixture.ask(Method::DELETE, &first, None).await.status, 204);
    assert_eq!(fixture.ask(Method::GET, &first, None).await.status, 404);
    fixture.added().await;
}

#[rstest]
#[case("http://93.184.216.34/", "webhook_url")]
#[case("https://user:password@93.184.216.34/", "webhook_url")]
#[case("https://10.0.0.1/", "webhook_address")]
#[case("https://169.254.169.254/latest/meta-data", "webhook_address")]
#[case("https://localhost/", "webhook_address")]
#[case("https://2130706433/", "webhook_address")]
#[case("https://nobody.invalid/", "webhook_host_unknown")]
#[tokio::test]
async fn a_private_address_is_refused(#[case] url: &str, #[case] code: &str) {
    let fixture = Fixture::open().await;
    let body = json!({"mode": "live", "url": url, "events": ["member.created"]});
    let refused = fixture.ask(Method::POST, "", Some(body)).await;
    refused.assert_fields(422, &["/url"]);
    assert_eq!(refused.body["errors"][0]["code"], code);
}

#[tokio::test]
async fn each_unknown_event_type_is_named() {
    let fixture = Fixture::open().await;
    let unknown = fixture.add(&["purchase.created", "purchase.made", "points"]).await;
    unknown.assert_fields(422, &["/events/1", "/events/2"]);
    let none = fixture.add(&[]).await;
    none.assert_fields(422, &["/events"]);
}

#[tokio::test]
async fn an_endpoint_is_changed_turned_off_and_on() {
    let fixture = Fixture::open().await;
    let webhook = fixture.added().await;
    let put = |enabled: bool| {
        let body = json!({
            "url": "https://93.184.216.34/other", "events": ["member.merged"], "enabled": enabled,
        });
        fixture.ask(Method::PUT, &webhook, Some(body))
    };
    let off = put(false).await;
    assert_eq!(off.status, 200, "{off:?}");
    assert_eq!(off.body["state"], "disabled");
    assert_eq!(off.body["url"], "https://93.184.216.34/other");
    assert_eq!(off.body["events"], json!(["member.merged"]));
    let range = json!({"from": "2026-11-23T00:00:00Z", "until": "2026-11-24T00:00:00Z"});
    let replay = format!("{webhook}/replay");
    assert_eq!(fixture.ask(Method::POST, &replay, Some(range)).await.status, 409);
    assert_eq!(put(true).await.body["state"], "enabled");
}

#[tokio::test]
async fn an_endpoint_receives_the_events_of_files_only_where_it_asks_for_them() {
    let fixture = Fixture::open().await;
    let webhook = fixture.added().await;
    let shown = fixture.ask(Method::GET, &webhook, None).await;
    assert_eq!(shown.body["file_events"], false);
    let body =
        json!({"url": URL, "events": ["purchase.created"], "file_events": true, "enabled": true});
    let put = fixture.ask(Method::PUT, &webhook, Some(body)).await;
    assert_eq!(put.body["file_events"], true);
}

#[tokio::test]
async fn after_a_rotation_both_secrets_sign_for_a_day() {
    let fixture = Fixture::open().await;
    let webhook = fixture.added().await;
    let rotated = fixture.ask(Method::POST, &format!("{webhook}/secret"), None).await;
    assert_eq!(rotated.status, 201, "{rotated:?}");
    assert!(text(&rotated.body, "secret").starts_with("whsec_"));
    assert_eq!(rotated.body["previous_secret_signs_until"], "2026-11-25T09:20:00Z");
    let shown = fixture.ask(Method::GET, &webhook, None).await;
    assert_eq!(shown.body["previous_secret_signs_until"], "2026-11-25T09:20:00Z");
    fixture.service.set_clock("2026-11-25T09:20:00Z");
    let shown = fixture.ask(Method::GET, &webhook, None).await;
    assert_eq!(shown.body["previous_secret_signs_until"], Value::Null);
}

#[tokio::test]
async fn a_replay_is_queued_in_pieces_that_each_lie_within_a_day() {
    let fixture = Fixture::open().await;
    let webhook = fixture.added().await;
    fixture.service.set_clock(NOW);
    let replay = format!("{webhook}/replay");
    let range = json!({"from": "2026-11-23T01:30:00+01:00", "until": "2027-01-01T00:00:00Z"});
    let asked = fixture.ask(Method::POST, &replay, Some(range)).await;
    assert_eq!(asked.status, 202, "{asked:?}");
    let range = json!({"from": "2026-11-23T00:30:00Z", "until": "2026-11-24T09:20:00Z"});
    assert_eq!(asked.body, range);
    let queued = fixture.service.queue.sent("/webhooks");
    let read = |body: &String| serde_json::from_str::<Value>(body).unwrap();
    let pieces: Vec<_> = queued.iter().map(read).collect();
    let bounds = [
        "2026-11-23T00:30:00Z",
        "2026-11-23T06:00:00Z",
        "2026-11-23T12:00:00Z",
        "2026-11-23T18:00:00Z",
        "2026-11-24T00:00:00Z",
        "2026-11-24T06:00:00Z",
        "2026-11-24T09:20:00Z",
    ];
    let (_, begins) = bounds.split_last().unwrap();
    let (_, ends) = bounds.split_first().unwrap();
    assert_eq!(pieces.iter().map(|piece| text(piece, "from")).collect::<Vec<_>>(), begins);
    assert_eq!(pieces.iter().map(|piece| text(piece, "until")).collect::<Vec<_>>(), ends);
    let early = json!({"from": "2026-10-01T00:00:00Z", "until": "2026-11-01T00:00:00Z"});
    let refused = fixture.ask(Method::POST, &replay, Some(early)).await;
    refused.assert_fields(422, &["/from"]);
}

#[tokio::test]
async fn another_merchants_endpoint_is_not_found() {
    let fixture = Fixture::open().await;
    let webhook = fixture.added().await;
    let other = fixture.service.till("B", "retail").await.merchant;
    let path = format!("/v1/merchants/{other}/webhooks{webhook}");
    assert_eq!(fixture.service.operator(Method::GET, &path, None).await.status, 404);
    assert_eq!(fixture.service.operator(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(fixture.ask(Method::GET, &webhook, None).await.status, 200);
}

#[tokio::test]
async fn the_endpoints_of_an_unknown_merchant_are_not_found() {
    let fixture = Fixture::open().await;
    let webhook = fixture.added().await;
    let unknown = "/v1/merchants/01KAVJT4P0000000000000000A/webhooks";
    for (method, end) in [(Method::GET, ""), (Method::GET, &*webhook), (Method::DELETE, &webhook)] {
        let path = format!("{unknown}{end}");
        assert_eq!(fixture.service.operator(method, &path, None).await.status, 404, "{path}");
    }
}
