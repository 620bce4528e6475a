//! Sinch's SMS: the XMS REST interface under `/xms/v1/{service plan}`, and its callbacks.
//!
//! Source: developers.sinch.com/docs/sms (batches, webhooks, delivery-reports, status-codes). Not
//! spoken: `dry_run`, cancelling, `send_at` and `expire_at` (answered, not acted on), a batch's own
//! `callback_url`. The body of a 401 is a guess.
//!
//! A number that ends in 99 cannot be routed (code 402); a placeholder without a value aborts the
//! message (405); all others are delivered.

use crate::callbacks::{Line, Target};
use crate::outbox::{Channel, Content, Message, Outcome};
use crate::{App, Clock, faults, lock};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, header};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use ulid::Ulid;

/// How many recipients a batch may have.
const MOST_RECIPIENTS: usize = 1_000;
/// How many characters a body may have.
const LONGEST_BODY: usize = 2_000;
/// How many characters a reference may have.
const LONGEST_REFERENCE: usize = 2_048;
/// How many batches can be found again.
const KEPT: usize = 10_000;
/// How far back a search goes that does not say.
const SEARCHED: SignedDuration = SignedDuration::from_hours(24);
/// When a batch ends that does not say.
const EXPIRES: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The longest page, and the one that is not asked for.
const PAGE_SIZES: (usize, usize) = (100, 30);

pub(crate) struct Sinch {
    pub(crate) line: Line,
    batches: Mutex<VecDeque<Arc<Batch>>>,
}

impl Sinch {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self { line: Line::start(1, callback, clock), batches: Mutex::default() }
    }

    pub(crate) fn clear(&self) {
        lock(&self.batches).clear();
        self.line.clear();
    }

    fn keep(&self, batch: Arc<Batch>) {
        let mut batches = lock(&self.batches);
        batches.push_front(batch);
        batches.truncate(KEPT);
    }
}

pub(crate) fn routes(app: &App) -> Router<App> {
    let batches = post(send).layer(from_fn_with_state(Arc::clone(app), faults::inflict)).get(find);
    Router::new()
        .route("/xms/v1/{plan}/batches", batches)
        .route("/xms/v1/{plan}/batches/{batch}", get(show))
}

struct Refusal {
    status: StatusCode,
    code: &'static str,
    text: String,
}

impl Refusal {
    fn of(code: &'static str, text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, text: text.into() }
    }

    fn constraint(text: impl Into<String>) -> Self {
        Self::of("syntax_constraint_violation", text)
    }

    fn format(text: impl Into<String>) -> Self {
        Self::of("syntax_invalid_parameter_format", text)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.status, Json(json!({"code": self.code, "text": self.text}))).into_response()
    }
}

fn authenticate(headers: &HeaderMap) -> Result<(), Refusal> {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
        .unwrap_or_default();
    if token.is_empty() || token == "wrong" {
        let text = "The token is not known".to_owned();
        return Err(Refusal { status: StatusCode::UNAUTHORIZED, code: "unauthorized", text });
    }
    Ok(())
}

async fn send(
    State(app): State<App>,
    Path(plan): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authenticate(&headers)?;
    let call: Call = serde_json::from_slice(&body).map_err(|error| {
        let text = format!("the body cannot be read: {error}");
        if error.is_data() {
            Refusal::constraint(text)
        } else {
            Refusal::of("syntax_invalid_json", text)
        }
    })?;
    call.check()?;
    let now = app.now();
    let batch = Arc::new(Batch { plan, id: identifier(now).into(), created_at: now, call });
    app.sinch.keep(Arc::clone(&batch));
    let messages = batch.call.to.iter().map(|to| Message {
        content: Box::new(Sms { batch: Arc::clone(&batch), to: to.clone() }),
        provider_id: Arc::clone(&batch.id),
        at: now,
        outcome: batch.outcome(to),
    });
    app.outbox.put(messages.collect());
    match batch.call.delivery_report {
        Report::None => {}
        Report::Summary | Report::Full => {
            app.sinch.line.queue(std::iter::once_with(|| batch.summary()));
        }
        Report::PerRecipient | Report::PerRecipientFinal => {
            app.sinch.line.queue(batch.call.to.iter().map(|to| batch.receipt(to, now)));
        }
    }
    Ok((StatusCode::CREATED, Json(batch.answer())))
}

/// A search, by what the sender wrote on the batch.
#[derive(Deserialize)]
struct Search {
    client_reference: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    #[serde(default)]
    page: usize,
    page_size: Option<usize>,
}

async fn find(
    State(app): State<App>,
    Path(plan): Path<String>,
    headers: HeaderMap,
    Query(search): Query<Search>,
) -> Result<Json<Value>, Refusal> {
    authenticate(&headers)?;
    let now = app.now();
    let from = instant(search.start_date.as_deref())?.unwrap_or(now - SEARCHED);
    let until = instant(search.end_date.as_deref())?.unwrap_or(Timestamp::MAX);
    let page_size = search.page_size.unwrap_or(PAGE_SIZES.1).clamp(1, PAGE_SIZES.0);
    let batches = lock(&app.sinch.batches);
    let found: Vec<_> = batches
        .iter()
        .filter(|batch| batch.plan == plan && (from..until).contains(&batch.created_at))
        .filter(|batch| {
            let wanted = search.client_reference.as_ref();
            wanted.is_none_or(|wanted| batch.call.client_reference.as_ref() == Some(wanted))
        })
        .collect();
    let page = found.iter().skip(search.page.saturating_mul(page_size)).take(page_size);
    let page: Vec<Value> = page.map(|batch| batch.answer()).collect();
    Ok(Json(json!({
        "count": found.len(),
        "page": search.page,
        "page_size": page.len(),
        "batches": page,
    })))
}

fn instant(text: Option<&str>) -> Result<Option<Timestamp>, Refusal> {
    let instant = text.map(str::parse).transpose();
    instant.map_err(|_| Refusal::format("a date is an instant in ISO 8601"))
}

async fn show(
    State(app): State<App>,
    Path((plan, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refusal> {
    authenticate(&headers)?;
    let batches = lock(&app.sinch.batches);
    let found = batches.iter().find(|batch| batch.plan == plan && *batch.id == *id);
    found.map(|batch| Json(batch.answer())).ok_or_else(|| Refusal {
        status: StatusCode::NOT_FOUND,
        code: "not_found",
        text: "no such batch".to_owned(),
    })
}

/// A call's body, as it comes.
#[derive(Deserialize, Serialize)]
struct Call {
    to: Vec<String>,
    from: String,
    body: String,
    #[serde(rename = "type", default)]
    kind: Kind,
    /// Values of placeholders, by name, then by number or `default`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    parameters: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    delivery_report: Report,
    #[serde(skip_serializing_if = "Option::is_none")]
    callback_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expire_at: Option<Timestamp>,
}

#[derive(Default, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    MtText,
}

#[derive(Default, Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Report {
    #[default]
    None,
    Summary,
    Full,
    PerRecipient,
    PerRecipientFinal,
}

impl Call {
    fn check(&self) -> Result<(), Refusal> {
        if self.to.is_empty() || self.to.len() > MOST_RECIPIENTS {
            return Err(Refusal::constraint("to has 1 to 1000 numbers"));
        }
        if !self.to.iter().all(|to| is_e164(to)) {
            return Err(Refusal::format("a number in to is not valid"));
        }
        if !is_sender(&self.from) {
            return Err(Refusal::format("from is a number, a short code or up to 11 characters"));
        }
        if !(1..=LONGEST_BODY).contains(&self.body.chars().count()) {
            return Err(Refusal::constraint("body has 1 to 2000 characters"));
        }
        let reference = self.client_reference.as_ref();
        if reference.is_some_and(|reference| reference.chars().count() > LONGEST_REFERENCE) {
            return Err(Refusal::constraint("client_reference has at most 2048 characters"));
        }
        Ok(())
    }
}

fn is_e164(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_sender(text: &str) -> bool {
    let is_code = (3..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = (1..=11).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    is_code || is_name || is_e164(text)
}

struct Batch {
    plan: String,
    id: Arc<str>,
    created_at: Timestamp,
    call: Call,
}

impl Batch {
    fn answer(&self) -> Value {
        let mut answer = json!(self.call);
        let send_at = self.call.send_at.unwrap_or(self.created_at);
        let expire_at = send_at.checked_add(EXPIRES).unwrap_or(Timestamp::MAX);
        for (name, value) in [
            ("id", json!(self.id)),
            ("canceled", json!(false)),
            ("created_at", json!(self.created_at)),
            ("modified_at", json!(self.created_at)),
            ("send_at", json!(send_at)),
            ("expire_at", json!(self.call.expire_at.unwrap_or(expire_at))),
        ] {
            answer[name] = value;
        }
        answer
    }

    /// The value of a placeholder for a number.
    fn value(&self, name: &str, to: &str) -> Option<&str> {
        let values = self.call.parameters.get(name)?;
        values.get(to).or_else(|| values.get("default")).map(String::as_str)
    }

    fn outcome(&self, to: &str) -> Outcome {
        if pieces(&self.call.body).any(|piece| match piece {
            Piece::Placeholder(name) => self.value(name, to).is_none(),
            Piece::Text(_) => false,
        }) {
            Outcome::Aborted
        } else if to.ends_with("99") {
            Outcome::Failed
        } else {
            Outcome::Delivered
        }
    }

    /// The report of one recipient.
    fn receipt(&self, to: &str, now: Timestamp) -> String {
        let (code, status) = reported(self.outcome(to));
        let mut report = json!({
            "type": "recipient_delivery_report_sms",
            "batch_id": self.id,
            "recipient": bare(to),
            "code": code,
            "status": status,
            "at": now,
            "operator_status_at": now,
        });
        self.refer(&mut report);
        report.to_string()
    }

    /// The report of the whole, with the numbers if they were asked for.
    fn summary(&self) -> String {
        let mut statuses = BTreeMap::<_, Vec<&str>>::new();
        for to in &self.call.to {
            statuses.entry(reported(self.outcome(to))).or_default().push(bare(to));
        }
        let statuses = statuses.into_iter().map(|((code, status), recipients)| {
            let mut line = json!({"code": code, "status": status, "count": recipients.len()});
            if matches!(self.call.delivery_report, Report::Full) {
                line["recipients"] = json!(recipients);
            }
            line
        });
        let mut report = json!({
            "type": "delivery_report_sms",
            "batch_id": self.id,
            "total_message_count": self.call.to.len(),
            "statuses": statuses.collect::<Vec<_>>(),
        });
        self.refer(&mut report);
        report.to_string()
    }

    fn refer(&self, report: &mut Value) {
        if let Some(reference) = &self.call.client_reference {
            report["client_reference"] = json!(reference);
        }
    }
}

/// Reports name numbers without their `+`.
fn bare(number: &str) -> &str {
    number.trim_start_matches('+')
}

const fn reported(outcome: Outcome) -> (u16, &'static str) {
    match outcome {
        Outcome::Failed => (402, "Failed"),
        Outcome::Aborted => (405, "Aborted"),
        _ => (0, "Delivered"),
    }
}

enum Piece<'b> {
    Text(&'b str),
    /// The name between `${` and `}`.
    Placeholder(&'b str),
}

/// A body's texts and placeholders. A `${` that nothing closes is text.
fn pieces(body: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = body;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
            rest = after;
            return Some(Piece::Placeholder(name));
        }
        // A `$` at the very beginning opens nothing.
        let next = rest.get(1..).and_then(|tail| tail.find("${")).map_or(rest.len(), |at| at + 1);
        let (text, after) = rest.split_at(next);
        rest = after;
        Some(Piece::Text(text))
    })
}

/// A batch for one of its recipients.
struct Sms {
    batch: Arc<Batch>,
    to: String,
}

impl Content for Sms {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn from(&self) -> &str {
        &self.batch.call.from
    }

    fn to(&self) -> &str {
        &self.to
    }

    fn reference(&self) -> Option<&str> {
        self.batch.call.client_reference.as_deref()
    }

    fn tags(&self) -> &[String] {
        &[]
    }

    fn subject(&self) -> Option<String> {
        None
    }

    fn html(&self) -> Option<String> {
        None
    }

    fn text(&self) -> Option<String> {
        let mut text = String::with_capacity(self.batch.call.body.len());
        for piece in pieces(&self.batch.call.body) {
            match piece {
                Piece::Text(piece) => text.push_str(piece),
                Piece::Placeholder(name) => match self.batch.value(name, &self.to) {
                    Some(value) => text.push_str(value),
                    None => text.extend(["${", name, "}"]),
                },
            }
        }
        Some(text)
    }
}

/// A person's own message, as it comes back from the operator.
pub(crate) fn inbound(from: &str, to: &str, body: &str, now: Timestamp) -> String {
    let event = json!({
        "type": "mo_text",
        "id": identifier(now),
        "from": from,
        "to": to,
        "body": body,
        "operator_id": "20801",
        "received_at": now,
        "sent_at": now,
    });
    event.to_string()
}

fn identifier(now: Timestamp) -> String {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    Ulid::from_parts(milliseconds, fastrand::u128(..)).to_string()
}

/// A callback: one event, signed over its body, a nonce and the time.
fn callback(target: &Target, events: &[String], now: Timestamp) -> Option<Request<Full<Bytes>>> {
    let body = events.concat();
    let mut request = Request::post(&target.url).header(header::CONTENT_TYPE, "application/json");
    if let Some(secret) = &target.secret {
        let nonce = identifier(now);
        let timestamp = now.as_second().to_string();
        request = request
            .header("x-sinch-webhook-signature-algorithm", "HmacSHA256")
            .header("x-sinch-webhook-signature", sign(secret, &body, &nonce, &timestamp)?)
            .header("x-sinch-webhook-signature-nonce", nonce)
            .header("x-sinch-webhook-signature-timestamp", timestamp);
    }
    request.body(Full::from(body)).ok()
}

fn sign(secret: &str, body: &str, nonce: &str, timestamp: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(format!("{body}.{nonce}.{timestamp}").as_bytes());
    Some(STANDARD.encode(mac.finalize().into_bytes()))
}
