//! Brevo's e-mail: `POST /v3/smtp/email` and the transactional webhook in its batched mode.
//!
//! Source: developers.brevo.com (sendtransacemail, batch-send-transactional-emails, api-limits,
//! limit-headers, transactional-webhooks, secured-webhooks, batch-webhooks). Not spoken: templates
//! (`templateId`), `scheduledAt`, attachments; they are ignored. The code of a key that is not known
//! and how large a kilobyte is are guesses.
//!
//! The local part of an address says what becomes of it: `refused…` and the whole call is refused,
//! `bounce…`, `soft…`, `complain…` (delivered, then reported as spam), `unsub…` (delivered, then
//! unsubscribed); all others are delivered.

use crate::callbacks::{Line, Target};
use crate::outbox::{Channel, Content, Message, Outcome};
use crate::{App, Clock, faults, lock};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use http::{HeaderValue, Request, header};
use http_body_util::Full;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

/// How many versions one call may hold.
const MOST_VERSIONS: usize = 1_000;
/// How many recipients one call may have, all versions together.
const MOST_RECIPIENTS: usize = 2_000;
/// How many recipients one version may have.
const MOST_OF_A_VERSION: usize = 99;
/// How many bytes the parameters of one version may be.
const MOST_PARAMS: usize = 100_000;
/// How many bytes the parameters of a call may be.
const MOST_PARAMS_IN_ALL: usize = 1_000_000;
/// How many characters a sender's name may have.
const LONGEST_NAME: usize = 70;
/// How long a key is remembered. Brevo's documentation says 30 minutes, its changelog 15: whoever
/// can live with less can live with either.
const REMEMBERED: SignedDuration = SignedDuration::from_mins(10);
/// How many events a callback brings. Brevo's own limit is 500.
const MOST_EVENTS: usize = 100;
/// Calls a second, as Brevo's headers say. The sandbox does not hold anybody to it.
const RATE: &str = "1000";
/// An event's `id` is the webhook's.
const WEBHOOK: u32 = 4_600;
/// An address that documentation may use (RFC 5737).
const SENDING_IP: &str = "192.0.2.46";

pub(crate) struct Brevo {
    pub(crate) line: Line,
    keys: Mutex<HashMap<String, Timestamp>>,
}

impl Brevo {
    pub(crate) fn new(clock: &Clock) -> Self {
        Self { line: Line::start(MOST_EVENTS, callback, clock), keys: Mutex::default() }
    }

    pub(crate) fn clear(&self) {
        lock(&self.keys).clear();
        self.line.clear();
    }

    /// Remembers a key from now on.
    fn remember(&self, key: String, now: Timestamp) -> Result<(), Refusal> {
        let mut keys = lock(&self.keys);
        keys.retain(|_, since| now.duration_since(*since) < REMEMBERED);
        if keys.contains_key(&key) {
            return Err(Refusal::of("duplicate_parameter", "idempotencyKey was used already"));
        }
        keys.insert(key, now);
        Ok(())
    }
}

pub(crate) fn routes(app: &App) -> Router<App> {
    let send = post(send).layer(from_fn_with_state(Arc::clone(app), faults::inflict));
    Router::new().route("/v3/smtp/email", send).layer(map_response(with_rate))
}

async fn with_rate(mut response: Response) -> Response {
    let remaining = if response.status() == StatusCode::TOO_MANY_REQUESTS { "0" } else { "999" };
    for (name, value) in [
        ("x-sib-ratelimit-limit", RATE),
        ("x-sib-ratelimit-remaining", remaining),
        ("x-sib-ratelimit-reset", "1"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn of(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code, message: message.into() }
    }

    fn missing(name: &str) -> Self {
        Self::of("missing_parameter", format!("{name} is missing"))
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::of("invalid_parameter", message)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({"code": self.code, "message": self.message});
        (self.status, Json(body)).into_response()
    }
}

async fn send(
    State(app): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    authenticate(&headers)?;
    let call: Call = serde_json::from_slice(&body)
        .map_err(|error| Refusal::invalid(format!("the body cannot be read: {error}")))?;
    let (key, single) = (call.headers.get("idempotencyKey").cloned(), call.versions.is_none());
    let mailings = call.mailings()?;
    let now = app.now();
    if let Some(key) = key {
        app.brevo.remember(key, now)?;
    }
    let identifiers = accept(&app, mailings, now);
    let answer = if single {
        json!({"messageId": identifiers.first()})
    } else {
        json!({"messageIds": identifiers})
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

fn authenticate(headers: &HeaderMap) -> Result<(), Refusal> {
    let key = headers.get("api-key").map_or(&b""[..], HeaderValue::as_bytes);
    if key.is_empty() || key == b"wrong" {
        let message = "Key not found".to_owned();
        return Err(Refusal { status: StatusCode::UNAUTHORIZED, code: "unauthorized", message });
    }
    Ok(())
}

/// Keeps what is sent and queues what becomes of it. One identifier a version.
fn accept(app: &App, mailings: Vec<Mailing>, now: Timestamp) -> Vec<Arc<str>> {
    let minute = now.strftime("%Y%m%d%H%M").to_string();
    let identified: Vec<(Arc<str>, Mailing)> = mailings
        .into_iter()
        .map(|mailing| {
            let random = fastrand::u64(..);
            (format!("<{minute}.{random}@smtp-relay.mailin.fr>").into(), mailing)
        })
        .collect();
    let messages = identified.iter().flat_map(|(identifier, mailing)| {
        mailing.emails().map(|email| Message {
            outcome: outcome(&email.to),
            content: Box::new(email),
            provider_id: Arc::clone(identifier),
            at: now,
        })
    });
    app.outbox.put(messages.collect());
    let date = paris(now);
    app.brevo.line.queue(identified.iter().flat_map(|(identifier, mailing)| {
        mailing.emails().flat_map(|email| events(email, identifier, now, &date))
    }));
    identified.into_iter().map(|(identifier, _)| identifier).collect()
}

/// A call's body, as it comes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    sender: Option<Sender>,
    subject: Option<String>,
    html_content: Option<String>,
    text_content: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(rename = "messageVersions")]
    versions: Option<Vec<Version>>,
    /// The only version, where there are no others: its own texts are the call's.
    #[serde(default)]
    to: Vec<Person>,
    #[serde(default)]
    cc: Vec<Person>,
    #[serde(default)]
    bcc: Vec<Person>,
    params: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Sender {
    email: Option<String>,
    id: Option<u64>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Person {
    email: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Version {
    to: Vec<Person>,
    cc: Vec<Person>,
    bcc: Vec<Person>,
    subject: Option<String>,
    html_content: Option<String>,
    text_content: Option<String>,
    params: Option<Box<RawValue>>,
}

impl Call {
    /// What is to be sent, or the first thing that is wrong.
    fn mailings(self) -> Result<Vec<Mailing>, Refusal> {
        let global = self.letter()?;
        let global_params = self.params.map(Arc::from);
        let versions = self.versions.unwrap_or_else(|| {
            vec![Version { to: self.to, cc: self.cc, bcc: self.bcc, ..Version::default() }]
        });
        if versions.is_empty() || versions.len() > MOST_VERSIONS {
            return Err(Refusal::of("out_of_range", "messageVersions has 1 to 1000 versions"));
        }
        let mailings = versions
            .into_iter()
            .map(|version| version.mailing(&global, global_params.as_ref()))
            .collect::<Result<Vec<_>, _>>()?;
        if mailings.iter().map(|mailing| mailing.to.len()).sum::<usize>() > MOST_RECIPIENTS {
            return Err(Refusal::of("out_of_range", "a call has at most 2000 recipients"));
        }
        let sizes = mailings.iter().filter_map(|mailing| mailing.params.as_ref());
        if sizes.map(|params| params.get().len()).sum::<usize>() > MOST_PARAMS_IN_ALL {
            return Err(Refusal::of("out_of_range", "params are at most 1000 KB in all"));
        }
        Ok(mailings)
    }

    fn letter(&self) -> Result<Arc<Letter>, Refusal> {
        let sender = self.sender.as_ref().ok_or_else(|| Refusal::missing("sender"))?;
        for (name, value) in &self.headers {
            if !name.is_ascii() || name.is_empty() || value.contains(['\r', '\n']) {
                return Err(Refusal::invalid("headers are ASCII and of one line"));
            }
        }
        if self.headers.get("idempotencyKey").is_some_and(|key| !is_uuid(key)) {
            return Err(Refusal::invalid("idempotencyKey is a UUID"));
        }
        Ok(Arc::new(Letter {
            from: sender.written()?,
            subject: present(self.subject.as_ref(), "subject")?,
            html: present(self.html_content.as_ref(), "htmlContent")?,
            text: self.text_content.clone(),
            tags: self.tags.clone(),
            custom: self.headers.get("X-Mailin-custom").cloned(),
        }))
    }
}

fn present(text: Option<&String>, name: &str) -> Result<String, Refusal> {
    text.filter(|text| !text.trim().is_empty()).cloned().ok_or_else(|| Refusal::missing(name))
}

impl Sender {
    fn written(&self) -> Result<String, Refusal> {
        let address = match (&self.email, self.id) {
            (Some(email), _) if is_email(email) => email.clone(),
            (Some(_), _) => return Err(Refusal::invalid("sender email is not valid")),
            (None, Some(id)) => format!("sender-{id}"),
            (None, None) => return Err(Refusal::missing("sender email or id")),
        };
        match &self.name {
            Some(name) if name.chars().count() > LONGEST_NAME => {
                Err(Refusal::of("out_of_range", "sender name has at most 70 characters"))
            }
            Some(name) => Ok(format!("{name} <{address}>")),
            None => Ok(address),
        }
    }
}

impl Version {
    fn mailing(
        self,
        global: &Arc<Letter>,
        params: Option<&Arc<RawValue>>,
    ) -> Result<Mailing, Refusal> {
        if self.to.is_empty() {
            return Err(Refusal::missing("to"));
        }
        let params = self.params.map(Arc::from).or_else(|| params.cloned());
        if let Some(params) = &params {
            if !params.get().starts_with('{') {
                return Err(Refusal::invalid("params is an object"));
            }
            if params.get().len() > MOST_PARAMS {
                return Err(Refusal::of("out_of_range", "params are at most 100 KB"));
            }
        }
        if self.text_content.is_some() && global.text.is_none() {
            return Err(Refusal::invalid("a version's textContent needs the call's"));
        }
        let letter =
            if self.subject.is_none() && self.html_content.is_none() && self.text_content.is_none()
            {
                Arc::clone(global)
            } else {
                let mut own = Letter::clone(global);
                own.subject = self.subject.unwrap_or(own.subject);
                own.html = self.html_content.unwrap_or(own.html);
                own.text = self.text_content.or(own.text);
                Arc::new(own)
            };
        let people = self.to.into_iter().chain(self.cc).chain(self.bcc);
        let to: Vec<String> = people.map(|person| person.email).collect();
        if to.len() > MOST_OF_A_VERSION {
            return Err(Refusal::of("out_of_range", "a version has at most 99 recipients"));
        }
        if to.iter().any(|email| !is_email(email) || email.starts_with("refused")) {
            return Err(Refusal::invalid("email is not valid in to"));
        }
        Ok(Mailing { letter, to, params })
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.split('.').count() > 1
            && domain.split('.').all(|label| !label.is_empty())
            && !domain.contains('@')
            && !text.contains(|character: char| character.is_whitespace() || character.is_control())
    })
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What all versions of a call share.
#[derive(Clone)]
struct Letter {
    from: String,
    subject: String,
    html: String,
    text: Option<String>,
    tags: Vec<String>,
    custom: Option<String>,
}

/// A version.
struct Mailing {
    letter: Arc<Letter>,
    to: Vec<String>,
    params: Option<Arc<RawValue>>,
}

impl Mailing {
    fn emails(&self) -> impl Iterator<Item = Email> {
        self.to.iter().map(|to| Email {
            letter: Arc::clone(&self.letter),
            to: to.clone(),
            params: self.params.clone(),
        })
    }
}

/// A version for one of its recipients.
struct Email {
    letter: Arc<Letter>,
    to: String,
    params: Option<Arc<RawValue>>,
}

impl Email {
    fn render(&self, template: &str) -> String {
        match &self.params {
            Some(params) if template.contains("{{") => {
                render(template, &serde_json::from_str(params.get()).unwrap_or_default())
            }
            _ => template.to_owned(),
        }
    }
}

impl Content for Email {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    fn from(&self) -> &str {
        &self.letter.from
    }

    fn to(&self) -> &str {
        &self.to
    }

    fn reference(&self) -> Option<&str> {
        self.letter.custom.as_deref()
    }

    fn tags(&self) -> &[String] {
        &self.letter.tags
    }

    fn subject(&self) -> Option<String> {
        Some(self.render(&self.letter.subject))
    }

    fn html(&self) -> Option<String> {
        Some(self.render(&self.letter.html))
    }

    fn text(&self) -> Option<String> {
        self.letter.text.as_deref().map(|text| self.render(text))
    }
}

/// Writes a value for `{{params.name}}`, `{{ params.name }}` or `{{params.outer.inner}}`. Where there
/// is none, the placeholder stays for all to see.
fn render(template: &str, params: &Map<String, Value>) -> String {
    let mut rendered = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        rendered.push_str(before);
        let value = after.split_once("}}").and_then(|(name, after)| {
            Some((lookup(params, name.trim().strip_prefix("params.")?)?, after))
        });
        match value {
            Some((Value::String(text), after)) => {
                rendered.push_str(text);
                rest = after;
            }
            Some((value, after)) => {
                rendered.push_str(&value.to_string());
                rest = after;
            }
            None => {
                rendered.push_str("{{");
                rest = after;
            }
        }
    }
    rendered.push_str(rest);
    rendered
}

fn lookup<'p>(params: &'p Map<String, Value>, path: &str) -> Option<&'p Value> {
    let (first, rest) =
        path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let value = params.get(first)?;
    match rest {
        Some(rest) => lookup(value.as_object()?, rest),
        None => Some(value),
    }
}

fn outcome(address: &str) -> Outcome {
    for (beginning, outcome) in [
        ("bounce", Outcome::HardBounce),
        ("soft", Outcome::SoftBounce),
        ("complain", Outcome::Spam),
        ("unsub", Outcome::Unsubscribed),
    ] {
        if address.starts_with(beginning) {
            return outcome;
        }
    }
    Outcome::Delivered
}

/// What becomes of an e-mail, in the order in which it comes about, a second apart.
fn events(
    email: Email,
    identifier: &str,
    at: Timestamp,
    date: &str,
) -> impl Iterator<Item = String> {
    let names: &[&str] = match outcome(&email.to) {
        Outcome::HardBounce => &["hard_bounce"],
        Outcome::SoftBounce => &["soft_bounce"],
        Outcome::Spam => &["delivered", "spam"],
        Outcome::Unsubscribed => &["delivered", "unsubscribed"],
        Outcome::Delivered | Outcome::Failed | Outcome::Aborted => &["delivered"],
    };
    let subject = email.render(&email.letter.subject);
    (0..).zip(names).map(move |(seconds, name)| {
        let letter = &email.letter;
        let mut event = json!({
            "event": name,
            "email": email.to,
            "id": WEBHOOK,
            "date": date,
            "ts": at.as_second() + seconds,
            "ts_event": at.as_second() + seconds,
            "ts_epoch": at.as_millisecond() + seconds * 1_000,
            "message-id": identifier,
            "subject": subject,
            "sending_ip": SENDING_IP,
            "template_id": 0,
        });
        if let Some(custom) = &letter.custom {
            event["X-Mailin-custom"] = json!(custom);
        }
        if !letter.tags.is_empty() {
            event["tags"] = json!(letter.tags);
            // Brevo writes the list as text here.
            event["tag"] = json!(json!(letter.tags).to_string());
        }
        match *name {
            "hard_bounce" => event["reason"] = json!("550 5.1.1 no such user"),
            "soft_bounce" => event["reason"] = json!("452 4.2.2 mailbox full"),
            _ => {}
        }
        event.to_string()
    })
}

/// The time in Paris without its offset, as Brevo writes it: nobody should read it.
fn paris(at: Timestamp) -> String {
    match at.in_tz("Europe/Paris") {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// A callback: a list of events, and the token.
fn callback(target: &Target, events: &[String], _now: Timestamp) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::post(&target.url).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = &target.secret {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Full::from(format!("[{}]", events.join(",")))).ok()
}
