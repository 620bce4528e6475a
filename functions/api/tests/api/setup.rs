//! The service as a test starts it, its two callers, and assertions on answers.

use api::{App, CampaignQueue, CouponQueue, Misses, UploadPresigner, WebhookQueue, router};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use domain::Instant;
use domain::webhook::Reach;
use http_edge::Gate;
use http_edge::access::operator::OperatorKey;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use store::{MasterKey, Store};
use support::{Crash, Queue, Table, instant};
use tower::ServiceExt;

pub(crate) const OPERATOR_KEY: &str = "the operator's key of the tests";
/// What the tests' till calls itself.
pub(crate) const SOFTWARE: &str = "zerosix-tests/1";
pub(crate) const NOW: &str = "2026-11-24T09:20:00Z";
pub(crate) const MOBILE: &str = "06 39 98 00 12";

/// The service on a table of its own, with a clock that stands still.
pub(crate) struct Service {
    pub(crate) table: Table,
    pub(crate) queue: Queue,
    clock: Arc<Mutex<Instant>>,
    router: Router,
}

/// An answer, read.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The codes of the fields that a refusal names.
    pub(crate) fn field_codes(&self) -> Vec<&str> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["code"].as_str()).collect()
    }

    /// Whether an earlier request with the same key or receipt was carried out.
    pub(crate) fn is_replayed(&self) -> bool {
        self.headers.get("idempotency-replayed").is_some_and(|value| value == "true")
    }

    #[track_caller]
    pub(crate) fn assert_status(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
    }

    #[track_caller]
    pub(crate) fn assert_body(&self, status: u16, body: &Value) {
        self.assert_status(status);
        assert_eq!(self.body, *body);
    }

    /// Asserts the code of a refusal as a whole.
    #[track_caller]
    pub(crate) fn assert_code(&self, status: u16, code: &str) {
        self.assert_status(status);
        assert_eq!(self.body["code"], code, "{self:?}");
    }

    /// Asserts the pointers and the parameters that a refusal names.
    #[track_caller]
    pub(crate) fn assert_fields(&self, status: u16, fields: &[&str]) {
        self.assert_status(status);
        assert_eq!(named(self), fields, "{self:?}");
    }
}

/// Another instance of the service.
pub(crate) struct Instance {
    router: Router,
}

impl Instance {
    pub(crate) async fn ask(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        send_to(&self.router, request_of(key, method, path, body)).await
    }
}

fn router_on(store: Store, queue: &Queue, clock: &Arc<Mutex<Instant>>) -> Router {
    let time = Arc::clone(clock);
    let operator_key = OperatorKey::new(|| Box::pin(async { Ok(OPERATOR_KEY.to_owned()) }));
    let gate = Gate::new(store, operator_key, Arc::new(move || *time.lock().unwrap()));
    let token = Some("a session token/+".to_owned());
    let credentials = Credentials::new("AKIDEXAMPLE", "a secret", token, None, "test");
    let uploads = UploadPresigner {
        credentials: SharedCredentialsProvider::new(credentials),
        region: "eu-west-3".to_owned(),
        endpoint: None,
        uploads_bucket: "uploads".to_owned(),
        reports_bucket: "reports".to_owned(),
        max_bytes: 1_000_000_000,
    };
    let (sqs, same) = (queue.client(), queue.client());
    let campaigns = CampaignQueue::new(move || sqs.clone(), "http://queue/campaigns".to_owned());
    let coupons = CouponQueue::new(move || same.clone(), "http://queue/coupons".to_owned());
    let sqs = queue.client();
    let address = "http://queue/webhooks".to_owned();
    let webhooks = WebhookQueue::new(move || sqs.clone(), address, Reach::Public);
    let (uploads, campaigns) = (Arc::new(uploads), Arc::new(campaigns));
    let (coupons, webhooks) = (Arc::new(coupons), Arc::new(webhooks));
    let misses = Arc::new(Misses::default());
    router(App { gate, uploads, campaigns, coupons, misses, webhooks })
}

async fn send_to<B>(router: &Router, request: Request<B>) -> Answer
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<axum::BoxError>,
{
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
    assert_whole_seconds(&body);
    Answer { status: parts.status, headers: parts.headers, body }
}

fn request_of(key: &str, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("user-agent", SOFTWARE)
        .header("authorization", format!("Token {key}"));
    let request = match body {
        Some(body) => {
            request.header("content-type", "application/json").body(Body::from(body.to_string()))
        }
        None => request.body(Body::empty()),
    };
    request.unwrap()
}

/// Software with a key of the establishment `paris` of a merchant of its own. The key has the scope back office
/// where a test names no other scope.
pub(crate) struct Till<'s> {
    service: &'s Service,
    pub(crate) merchant: String,
    pub(crate) key: String,
    pub(crate) key_id: String,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let table = Table::start().await;
        let store = table.store();
        Self::on(table, store).await
    }

    /// A service whose calls to the table stop where the plan says.
    pub(crate) async fn start_with(calls: &Crash) -> Self {
        let table = Table::start().await;
        let config = table.client().config().to_builder().interceptor(calls.clone());
        let client = aws_sdk_dynamodb::Client::from_conf(config.build());
        let store = Store::new(client, table.name(), MasterKey::derive("the secret of the tests"));
        Self::on(table, store).await
    }

    /// Another instance of the service, with empty caches and the same table.
    pub(crate) fn another_instance(&self) -> Instance {
        Instance { router: router_on(self.table.store(), &self.queue, &self.clock) }
    }

    pub(crate) async fn on(table: Table, store: Store) -> Self {
        // A real clock has a fraction of a second, which no answer shows.
        let clock = instant(NOW) + jiff::SignedDuration::from_millis(123);
        let clock = Arc::new(Mutex::new(clock));
        let queue = Queue::start().await;
        let router = router_on(store, &queue, &clock);
        Self { table, queue, clock, router }
    }

    pub(crate) fn set_clock(&self, text: &str) {
        *self.clock.lock().unwrap() = instant(text);
    }

    pub(crate) async fn send<B>(&self, request: Request<B>) -> Answer
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        send_to(&self.router, request).await
    }

    /// As [`Service::send`], for an answer that is no JSON.
    pub(crate) async fn send_raw(&self, request: Request<Body>) -> (HeaderMap, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        assert_eq!(parts.status, StatusCode::OK);
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        (parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub(crate) async fn ask(
        &self,
        key: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.send(request_of(key, method, path, body)).await
    }

    pub(crate) async fn operator(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.ask(OPERATOR_KEY, method, path, body).await
    }

    /// Opens a merchant of a sector, its establishment `paris` and a live key.
    pub(crate) async fn till(&self, reference: &str, sector: &str) -> Till<'_> {
        self.till_of(&merchant(reference, sector)).await
    }

    /// As [`Service::till`], of a merchant as it is given.
    pub(crate) async fn till_of(&self, merchant: &Value) -> Till<'_> {
        let created = self.operator(Method::POST, "/v1/merchants", Some(merchant)).await;
        assert_eq!(created.status, 201, "{created:?}");
        let merchant = text(&created.body, "merchant_id");
        let shop = format!("/v1/merchants/{merchant}/establishments/paris");
        let paris = json!({"name": "Paris", "time_zone": "Europe/Paris"});
        assert_eq!(self.operator(Method::PUT, &shop, Some(&paris)).await.status, 200);
        self.key(&merchant, "paris", "live").await
    }

    /// Another key of a merchant, with the scope back office.
    pub(crate) async fn key(&self, merchant: &str, code: &str, mode: &str) -> Till<'_> {
        self.key_of(merchant, code, mode, "back_office").await
    }

    /// Another key of a merchant.
    pub(crate) async fn key_of(
        &self,
        merchant: &str,
        code: &str,
        mode: &str,
        scope: &str,
    ) -> Till<'_> {
        let path = format!("/v1/merchants/{merchant}/establishments/{code}/keys");
        let body = json!({"mode": mode, "scope": scope, "label": "caisse"});
        let answer = self.operator(Method::POST, &path, Some(&body)).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Till {
            service: self,
            merchant: merchant.to_owned(),
            key: text(&answer.body, "key"),
            key_id: text(&answer.body, "key_id"),
        }
    }
}

impl Till<'_> {
    /// Revokes the key.
    pub(crate) async fn revoke(&self) {
        let keys = format!("/v1/merchants/{}/establishments/paris/keys", self.merchant);
        let path = format!("{keys}/{}", self.key_id);
        self.service.operator(Method::DELETE, &path, None).await.assert_status(204);
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.service.ask(&self.key, Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.service.ask(&self.key, Method::POST, path, Some(body)).await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.service.ask(&self.key, method, path, Some(body)).await
    }

    /// Posts a request with an `Idempotency-Key`.
    pub(crate) async fn post_keyed(&self, path: &str, key: &str, body: &Value) -> Answer {
        let request = Request::post(path)
            .header("user-agent", SOFTWARE)
            .header("authorization", format!("Token {}", self.key))
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        self.service.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// Gives a member points without a sale.
    pub(crate) async fn give(&self, member: &str, points: i64) {
        let body = json!({"points": points, "reason": "transfer", "operator": "V12"});
        let path = format!("/v1/members/{member}/adjustments");
        self.post_keyed(&path, &format!("given-{points}"), &body).await.assert_status(201);
    }

    /// Makes a member and gives the identifier.
    pub(crate) async fn enrol(&self, mobile: &str) -> String {
        let body = json!({"mobile": mobile, "card_requested": true});
        let made = self.post("/v1/members", &body).await;
        assert_eq!(made.status, 201, "{made:?}");
        text(&made.body, "member_id")
    }
}

pub(crate) fn merchant(reference: &str, sector: &str) -> Value {
    let signed = json!({"version": "2026-01", "signed_on": "2026-01-05", "signatory": "A. Gérant"});
    json!({
        "reference": reference,
        "name": "Boutique Exemple",
        "sector": sector,
        "terms": signed,
        "processing_contract": signed,
        "programme": {"spend": [{"points": 1, "per_cents": 100}]},
    })
}

/// A sale of 44.90 € five minutes ago.
pub(crate) fn sale(receipt: &str, member: &Value) -> Value {
    json!({
        "type": "sale",
        "receipt_number": receipt,
        "sold_at": "2026-11-24T10:15:00+01:00",
        "member": member,
        "total_cents": 4_490,
        "lines": [{
            "sku": "3770012000011",
            "label": "Chemise en lin bleu",
            "category": "chemises",
            "quantity": "1",
            "unit_price_cents": 4_990,
            "discount_cents": 500,
        }],
    })
}

/// Asserts that each instant of an answer has whole seconds.
fn assert_whole_seconds(answer: &Value) {
    match answer {
        Value::String(text) => {
            let has_fraction = text.len() > 20 && text.as_bytes()[19] == b'.';
            assert!(!has_fraction || text.parse::<Instant>().is_err(), "a fraction: {text}");
        }
        Value::Array(values) => values.iter().for_each(assert_whole_seconds),
        Value::Object(fields) => fields.values().for_each(assert_whole_seconds),
        _ => {}
    }
}

pub(crate) fn text(body: &Value, name: &str) -> String {
    body[name].as_str().unwrap_or_else(|| panic!("no {name} in {body}")).to_owned()
}

/// The pointers and parameters that a refusal names.
pub(crate) fn named(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |error: &'_ Value| error.get("pointer").or_else(|| error.get("parameter")).cloned();
    assert!(errors.iter().all(|error| name(error).is_some()), "{answer:?}");
    errors
        .iter()
        .filter_map(|error| error.get("pointer").or_else(|| error.get("parameter"))?.as_str())
        .collect()
}
