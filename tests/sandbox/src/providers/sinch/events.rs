//! The events of a batch and of people's answers, and the signed callback that brings an event.

use super::batch::Batch;
use super::call::Report;
use crate::callback_queue::Target;
use crate::outbox::Outcome;
use crate::provider::InboundSms;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, header};
use http_body_util::Full;
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::BTreeMap;
use ulid::Ulid;

/// The report on one recipient.
pub(super) fn receipt(batch: &Batch, to: &str, now: Timestamp) -> String {
    let (code, status) = reported(batch.outcome(to));
    let mut report = json!({
        "type": "recipient_delivery_report_sms",
        "batch_id": batch.id,
        "recipient": bare(to),
        "code": code,
        "status": status,
        "at": now,
        "operator_status_at": now,
    });
    refer(batch, &mut report);
    report.to_string()
}

/// The report on the whole batch: with the numbers where the call asks for a full report.
pub(super) fn summary(batch: &Batch) -> String {
    let mut statuses = BTreeMap::<_, Vec<&str>>::new();
    for to in &batch.call.to {
        statuses.entry(reported(batch.outcome(to))).or_default().push(bare(to));
    }
    let statuses = statuses.into_iter().map(|((code, status), recipients)| {
        let mut line = json!({"code": code, "status": status, "count": recipients.len()});
        if matches!(batch.call.delivery_report, Report::Full) {
            line["recipients"] = json!(recipients);
        }
        line
    });
    let mut report = json!({
        "type": "delivery_report_sms",
        "batch_id": batch.id,
        "total_message_count": batch.call.to.len(),
        "statuses": statuses.collect::<Vec<_>>(),
    });
    refer(batch, &mut report);
    report.to_string()
}

/// Adds the sender's reference to a report.
fn refer(batch: &Batch, report: &mut Value) {
    if let Some(reference) = &batch.call.client_reference {
        report["client_reference"] = json!(reference);
    }
}

/// A number without its `+`, as reports name it.
fn bare(number: &str) -> &str {
    number.trim_start_matches('+')
}

/// The code and the status of an outcome.
const fn reported(outcome: Outcome) -> (u16, &'static str) {
    match outcome {
        Outcome::Failed => (402, "Failed"),
        Outcome::Aborted => (405, "Aborted"),
        _ => (0, "Delivered"),
    }
}

/// The event of an SMS that a person sends.
pub(super) fn inbound(sms: &InboundSms, now: Timestamp) -> String {
    let event = json!({
        "type": "mo_text",
        "id": identifier(now),
        "from": sms.from,
        "to": sms.to,
        "body": sms.body,
        "operator_id": "20801",
        "received_at": now,
        "sent_at": now,
    });
    event.to_string()
}

/// A new identifier of a batch or an event.
pub(super) fn identifier(now: Timestamp) -> String {
    let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or_default();
    Ulid::from_parts(milliseconds, fastrand::u128(..)).to_string()
}

/// A callback: one event, signed over its body, a nonce and the time.
pub(super) fn callback(
    target: &Target,
    events: &[String],
    now: Timestamp,
) -> Option<Request<Full<Bytes>>> {
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
