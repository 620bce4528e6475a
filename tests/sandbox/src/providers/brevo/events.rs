//! The events of an e-mail, and the callback that brings them.

use super::email::{Email, outcome};
use crate::callback_queue::Target;
use crate::outbox::Outcome;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use jiff::Timestamp;
use serde_json::json;

/// An event's `id` is the identifier of the webhook.
const WEBHOOK: u32 = 4_600;
/// An address reserved for documentation (RFC 5737).
const SENDING_IP: &str = "192.0.2.46";

/// The events of an e-mail, in order, a second apart.
pub(super) fn of(
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
    let subject = email.render(&email.template.subject);
    (0..).zip(names).map(move |(seconds, name)| {
        let template = &email.template;
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
        if let Some(custom) = &template.custom {
            event["X-Mailin-custom"] = json!(custom);
        }
        if !template.tags.is_empty() {
            event["tags"] = json!(template.tags);
            // Brevo writes the list as text in this field.
            event["tag"] = json!(json!(template.tags).to_string());
        }
        match *name {
            "hard_bounce" => event["reason"] = json!("550 5.1.1 no such user"),
            "soft_bounce" => event["reason"] = json!("452 4.2.2 mailbox full"),
            _ => {}
        }
        event.to_string()
    })
}

/// The local time in Paris without its offset, as Brevo writes it. A client should not use this field.
pub(super) fn local_date(at: Timestamp) -> String {
    match at.in_tz("Europe/Paris") {
        Ok(local) => local.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
    }
}

/// A callback: a list of events, and the bearer token.
pub(super) fn callback(
    target: &Target,
    events: &[String],
    _now: Timestamp,
) -> Option<Request<Full<Bytes>>> {
    let mut request = Request::post(&target.url).header(header::CONTENT_TYPE, "application/json");
    if let Some(token) = &target.secret {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Full::from(format!("[{}]", events.join(",")))).ok()
}
