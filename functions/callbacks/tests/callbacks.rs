//! The public routes: only genuine callbacks are queued, and only a button objects.

#![expect(clippy::unwrap_used, reason = "what a test did not expect fails it")]

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callbacks::{Accounts, App, router};
use domain::member::consent::OppositionReason;
use domain::member::{Details, Email};
use domain::{Channel, Instant, MemberId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::BodyExt as _;
use platform::clients::ReadSecret;
use platform::messages::{EventKind, ProviderEventsMessage};
use platform::queue::QueueClient;
use serde_json::json;
use sha2::Sha256;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use store::{Correction, MessageAddress, NewMember, Scope, Store};
use support::{Queue, Table, consent, instant, merchant, mobile, open_merchant};
use tower::ServiceExt as _;

const SECRET: &str = "a secret of the callbacks";

fn now() -> Instant {
    instant("2026-11-24T09:00:00Z")
}

struct Fixture {
    _table: Table,
    store: Store,
    scope: Scope,
    queue: Queue,
    /// The reads of secrets.
    reads: Arc<AtomicUsize>,
    router: Router,
}

impl Fixture {
    async fn open() -> Self {
        let table = Table::start().await;
        let store = table.store();
        let scope = open_merchant(&store, &merchant(domain::Sector::Retail, 1), now()).await;
        let queue = Queue::start().await;
        let reads = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&reads);
        let read_secret: ReadSecret = Box::new(move |account| {
            counted.fetch_add(1, Ordering::Relaxed);
            let secret = match account {
                "main" => Some(json!({"callback_secret": SECRET}).to_string()),
                "sending-only" => Some("{}".to_owned()),
                _ => None,
            };
            Box::pin(async move { Ok(secret) })
        });
        let client = queue.client();
        let app = App {
            store: store.clone(),
            accounts: Arc::new(Accounts::new(read_secret)),
            outcomes: Arc::new(QueueClient::new(move || client, "http://queue/outcomes")),
            clock: Arc::new(now),
        };
        Self { _table: table, store, scope, queue, reads, router: router(app) }
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    async fn brevo(&self, account: &str, token: &str, body: String) -> StatusCode {
        let (path, bearer) = (format!("/callbacks/brevo/{account}"), format!("Bearer {token}"));
        self.ask(Method::POST, &path, &[("authorization", &bearer)], body).await.0
    }

    /// A callback of Sinch with its signature.
    async fn sinch(&self, body: &str) -> StatusCode {
        let timestamp = now().as_second().to_string();
        let mut signing = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        signing.update(format!("{body}.nonce.{timestamp}").as_bytes());
        let signature = STANDARD.encode(signing.finalize().into_bytes());
        let headers = [
            ("x-sinch-webhook-signature", signature.as_str()),
            ("x-sinch-webhook-signature-nonce", "nonce"),
            ("x-sinch-webhook-signature-timestamp", timestamp.as_str()),
        ];
        self.ask(Method::POST, "/callbacks/sinch/main", &headers, body.to_owned()).await.0
    }

    async fn member(&self) -> MemberId {
        self.member_at(1, "camille@example.com").await
    }

    async fn member_at(&self, number: u16, email: &str) -> MemberId {
        let email = Email::parse(email).ok();
        let new = NewMember {
            mobile: mobile(number),
            details: Details { email, ..Details::default() },
            enrolment: domain::Enrolment::Till,
        };
        let (member, _) = self.store.create_member(&self.scope, &new, now()).await.unwrap();
        let change = consent(instant("2026-11-01T09:00:00Z"));
        let id = member.person.id;
        self.store
            .change_consent(
                &self.scope,
                id,
                Channel::Email,
                &change,
                instant("2026-11-01T09:00:00Z"),
            )
            .await
            .unwrap();
        id
    }

    /// The link of a message to a member at an address.
    fn link(&self, member: MemberId, email: &str) -> String {
        let address = MessageAddress::Email(Email::parse(email).unwrap());
        self.scope.objection_token(member, &address)
    }

    async fn permits(&self, member: MemberId) -> bool {
        let member = self.store.member(&self.scope, member).await.unwrap();
        member.person.permits(Channel::Email, domain::retention::day_of(now()))
    }
}

/// The log lines of a test.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn delivered() -> String {
    json!([{
        "event": "delivered", "email": "camille@example.com", "id": 1,
        "message-id": "<1@smtp-relay.example.com>", "ts_epoch": 1_795_510_800_000_i64,
        "X-Mailin-custom": "M#1/2/3",
    }])
    .to_string()
}

#[tokio::test]
async fn a_genuine_callback_of_brevo_is_acknowledged_and_queued() {
    let fixture = Fixture::open().await;
    assert_eq!(fixture.brevo("main", SECRET, delivered()).await, 200);
    let sent = fixture.queue.sent("/outcomes");
    assert_eq!(sent.len(), 1);
    let message: ProviderEventsMessage = serde_json::from_str(&sent[0]).unwrap();
    let [event] = &message.events[..] else { unreachable!("the callback has one event") };
    assert_eq!(message.account.code.as_str(), "main");
    assert_eq!(event.what, EventKind::Delivered);
    assert_eq!(event.reference.as_deref(), Some("M#1/2/3"));
}

#[tokio::test]
async fn a_soft_bounce_is_queued_as_a_soft_bounce() {
    let fixture = Fixture::open().await;
    let body = delivered().replace("\"delivered\"", "\"soft_bounce\"");
    assert_eq!(fixture.brevo("main", SECRET, body).await, 200);
    let message: ProviderEventsMessage =
        serde_json::from_str(&fixture.queue.sent("/outcomes")[0]).unwrap();
    assert_eq!(message.events[0].what, EventKind::SoftBounced);
}

#[tokio::test]
async fn a_forged_callback_or_one_to_an_unknown_account_is_refused_and_not_queued() {
    let fixture = Fixture::open().await;
    assert_eq!(fixture.brevo("main", "another", delivered()).await, 401);
    assert_eq!(fixture.brevo("other", SECRET, delivered()).await, 401);
    assert_eq!(fixture.brevo("No!", SECRET, delivered()).await, 404);
    let (status, _) = fixture.ask(Method::POST, "/callbacks/sinch/main", &[], delivered()).await;
    assert_eq!(status, 401);
    let path = "/callbacks/pigeon/main";
    assert_eq!(fixture.ask(Method::POST, path, &[], delivered()).await.0, 404);
    assert!(fixture.queue.sent("/outcomes").is_empty());
}

#[tokio::test]
async fn repeated_calls_to_an_unknown_account_are_refused_with_one_look_up_and_no_error() {
    let lines = Lines::default();
    // With a second subscriber, `tracing` asks each of them about a call site that another test reached first.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let fixture = Fixture::open().await;
    for account in ["unknown", "sending-only"] {
        fixture.reads.store(0, Ordering::Relaxed);
        for _ in 0..20 {
            assert_eq!(fixture.brevo(account, SECRET, delivered()).await, 401);
        }
        assert_eq!(fixture.reads.load(Ordering::Relaxed), 1, "{account}");
    }
    let text = lines.text();
    assert!(text.contains("\"status\":401") && !text.contains("ERROR"), "{text}");
}

#[tokio::test]
async fn calls_to_invented_accounts_do_not_make_a_known_one_be_read_again() {
    let fixture = Fixture::open().await;
    assert_eq!(fixture.brevo("main", SECRET, delivered()).await, 200);
    for number in 0..2_100 {
        let account = format!("invented-{number}");
        assert_eq!(fixture.brevo(&account, SECRET, "[]".to_owned()).await, 401);
    }
    fixture.reads.store(0, Ordering::Relaxed);
    assert_eq!(fixture.brevo("main", SECRET, delivered()).await, 200);
    assert_eq!(fixture.reads.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_truncated_callback_is_acknowledged_and_one_of_5_mb_is_refused() {
    let fixture = Fixture::open().await;
    let whole = delivered();
    assert_eq!(fixture.brevo("main", SECRET, whole[..whole.len() / 2].to_owned()).await, 200);
    assert_eq!(fixture.brevo("main", SECRET, " ".repeat(5_000_000)).await, 413);
    assert!(fixture.queue.sent("/outcomes").is_empty());
}

#[tokio::test]
async fn a_stop_signed_by_sinch_is_queued() {
    let fixture = Fixture::open().await;
    let body = json!({
        "type": "mo_text", "id": "1", "from": "33639980012", "to": "36200", "body": "Stop !",
        "received_at": "2026-11-24T08:59:59Z",
    })
    .to_string();
    assert_eq!(fixture.sinch(&body).await, 200);
    let sent = fixture.queue.sent("/outcomes");
    let message: ProviderEventsMessage = serde_json::from_str(&sent[0]).unwrap();
    assert_eq!(message.events[0].what, EventKind::Stop);
    assert_eq!(message.events[0].address, "+33639980012");
}

#[tokio::test]
async fn a_text_signed_by_sinch_that_is_no_opposition_is_queued_for_the_merchant() {
    let fixture = Fixture::open().await;
    let body = json!({
        "type": "mo_text", "id": "01DEF", "from": "33639980012", "to": "36200",
        "body": "NON STOP merci pour tout", "received_at": "2026-11-24T08:59:59Z",
    });
    assert_eq!(fixture.sinch(&body.to_string()).await, 200);
    let message: ProviderEventsMessage =
        serde_json::from_str(&fixture.queue.sent("/outcomes")[0]).unwrap();
    assert!(message.events.is_empty());
    let [text] = &message.texts[..] else { unreachable!("the callback has one text") };
    assert_eq!((text.id.as_str(), text.text.as_str()), ("01DEF", "NON STOP merci pour tout"));
}

#[tokio::test]
async fn a_callback_that_cannot_be_queued_is_answered_503() {
    let fixture = Fixture::open().await;
    fixture.queue.fail_after(0);
    assert_eq!(fixture.brevo("main", SECRET, delivered()).await, 503);
}

#[tokio::test]
async fn the_link_shows_a_page_and_only_the_button_objects() {
    let fixture = Fixture::open().await;
    let member = fixture.member().await;
    let path = format!("/u/{}", fixture.link(member, "camille@example.com"));
    let (status, page) = fixture.ask(Method::GET, &path, &[], "").await;
    assert_eq!(status, 200);
    assert!(page.contains("Boutique Exemple ne vous enverra plus de messages par e-mail"));
    assert!(fixture.permits(member).await);
    for _ in 0..2 {
        let one_click = "List-Unsubscribe=One-Click";
        let (status, page) = fixture.ask(Method::POST, &path, &[], one_click).await;
        assert_eq!(status, 200);
        assert!(page.contains("C’est fait"));
    }
    let member = fixture.store.member(&fixture.scope, member).await.unwrap();
    let opposition = member.person.consents.email.opposition.unwrap();
    assert_eq!(opposition.reason, OppositionReason::Unsubscribed);
}

#[tokio::test]
async fn the_link_opposes_every_member_with_the_address_of_the_message() {
    const FAMILY: &str = "famille@example.com";
    let fixture = Fixture::open().await;
    let addressee = fixture.member_at(1, FAMILY).await;
    let sharing = fixture.member_at(2, FAMILY).await;
    let other = fixture.member_at(3, "autre@example.com").await;
    let path = format!("/u/{}", fixture.link(addressee, FAMILY));
    // The addressee has another address by now, and the mailbox is still that of the family.
    let correction = Correction {
        email: Some(Email::parse("nouveau@example.com").ok()),
        ..Correction::default()
    };
    fixture.store.correct_member(&fixture.scope, addressee, &correction, now()).await.unwrap();
    let joined = fixture.member_at(4, FAMILY).await;
    assert_eq!(fixture.ask(Method::POST, &path, &[], "").await.0, 200);
    for member in [addressee, sharing, joined] {
        assert!(!fixture.permits(member).await);
    }
    assert!(fixture.permits(other).await);
    let history = fixture.store.consent_history(&fixture.scope, sharing).await.unwrap();
    let store::ConsentChange::Oppose(last) = &history[0].change else { unreachable!() };
    assert_eq!(last.by, domain::Credential::Link);
}

#[tokio::test]
async fn a_link_that_is_not_ours_changes_nothing_and_the_page_says_what_to_do() {
    let fixture = Fixture::open().await;
    let member = fixture.member().await;
    let token = fixture.link(member, "camille@example.com");
    let (cut, other) = (&token[..token.len() - 1], "x".repeat(76));
    let sms = token.replacen('e', "s", 1);
    for token in [cut, other.as_str(), sms.as_str(), "%00"] {
        for method in [Method::GET, Method::POST] {
            let (status, page) = fixture.ask(method, &format!("/u/{token}"), &[], "").await;
            assert_eq!(status, 404);
            assert!(page.contains("Ce lien n’est pas complet"), "{page}");
        }
    }
    assert!(fixture.permits(member).await);
}

#[tokio::test]
async fn the_page_is_in_the_reader_s_language_and_loads_its_style_sheet_from_the_function() {
    let fixture = Fixture::open().await;
    let member = fixture.member().await;
    let path = format!("/u/{}", fixture.link(member, "camille@example.com"));
    let english = [("accept-language", "en-GB,en;q=0.9")];
    let (_, page) = fixture.ask(Method::GET, &path, &english, "").await;
    assert!(page.contains("<html lang=\"en\">"), "{page}");
    assert!(page.contains("Boutique Exemple will not send you any more e-mails."), "{page}");
    let (_, page) = fixture.ask(Method::GET, &format!("{path}?lang=fr"), &english, "").await;
    assert!(page.contains("Boutique Exemple ne vous enverra plus de messages par e-mail."));
    let link = page.split_once("<link rel=\"stylesheet\" href=\"..").unwrap().1;
    let (status, style) = fixture.ask(Method::GET, link.split_once('"').unwrap().0, &[], "").await;
    assert_eq!(status, 200);
    assert!(style.contains("Pico CSS"));
    assert_eq!(fixture.ask(Method::GET, "/assets/pico.css", &[], "").await.0, 404);
}

#[tokio::test]
async fn the_button_of_a_mail_program_objects_although_it_is_on_another_site() {
    let fixture = Fixture::open().await;
    let member = fixture.member().await;
    let path = format!("/u/{}", fixture.link(member, "camille@example.com"));
    let foreign = [("sec-fetch-site", "cross-site"), ("origin", "https://mail.example.com")];
    let (status, _) =
        fixture.ask(Method::POST, &path, &foreign, "List-Unsubscribe=One-Click").await;
    assert_eq!(status, 200);
    assert!(!fixture.permits(member).await);
}
