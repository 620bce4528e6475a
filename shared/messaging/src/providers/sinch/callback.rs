//! Sinch's callbacks: delivery reports, and people's answers.
//!
//! Source: developers.sinch.com/docs/sms (webhooks, delivery-reports, status-codes). The case of statuses varies,
//! and a number may lack its plus.

use super::signature::Signature;
use crate::providers::callback::{
    Callback, CallbackReader, Event, InboundText, Malformed, Opposition, Outcome, ParsedCallback,
    Receipt, e164,
};
use crate::providers::secret::Secret;
use crate::sms::stop_word::is_opposition;
use domain::{Channel, Instant, OppositionReason, inbound};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    id: Option<String>,
    batch_id: Option<String>,
    client_reference: Option<String>,
    recipient: Option<String>,
    status: Option<String>,
    at: Option<String>,
    #[serde(default)]
    statuses: Vec<Status>,
    from: Option<String>,
    to: Option<String>,
    #[serde(rename = "body")]
    text: Option<String>,
    received_at: Option<String>,
    sent_at: Option<String>,
}

#[derive(Deserialize)]
struct Status {
    status: String,
    #[serde(default)]
    recipients: Vec<String>,
}

/// The reader of the callbacks to an account.
pub(crate) struct SinchCallbacks {
    key: Secret,
}

impl SinchCallbacks {
    /// `key` is the key that signs callbacks.
    pub(crate) const fn new(key: Secret) -> Self {
        Self { key }
    }
}

impl CallbackReader for SinchCallbacks {
    fn is_genuine(&self, callback: &Callback<'_>) -> bool {
        Signature::of(callback).verify(&self.key, callback.body, callback.received_at)
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<ParsedCallback, Malformed> {
        parse(callback.body, callback.received_at)
    }
}

/// Parses a report on one recipient, a summary that names its recipients, or an inbound text. An event without an
/// instant of its own has the instant `received`.
fn parse(body: &[u8], received: Instant) -> Result<ParsedCallback, Malformed> {
    let body: Body = serde_json::from_slice(body).map_err(|_| Malformed::Json)?;
    match body.kind.as_str() {
        "recipient_delivery_report_sms" => report(&body, received),
        "delivery_report_sms" => summary(&body, received),
        "mo_text" => inbound(&body, received),
        _ => Ok(ParsedCallback::default()),
    }
}

/// The outcome of a status; `None` for a status that is not documented. Every outcome except [`Outcome::Pending`]
/// is final.
fn outcome(status: &str) -> Option<Outcome> {
    match status.to_ascii_lowercase().as_str() {
        "queued" | "dispatched" => Some(Outcome::Pending),
        "delivered" => Some(Outcome::Delivered),
        "failed" | "expired" | "aborted" | "rejected" | "cancelled" | "deleted" | "unknown" => {
            Some(Outcome::Failed)
        }
        _ => None,
    }
}

fn report(body: &Body, received: Instant) -> Result<ParsedCallback, Malformed> {
    let status = body.status.as_deref().ok_or(Malformed::Field("status"))?;
    let Some(outcome) = outcome(status) else { return Ok(ParsedCallback::default()) };
    let address = body.recipient.as_deref().and_then(e164).ok_or(Malformed::Field("recipient"))?;
    Ok(ParsedCallback { events: vec![receipt(body, address, outcome, received)], malformed: 0 })
}

fn summary(body: &Body, received: Instant) -> Result<ParsedCallback, Malformed> {
    let mut parsed = ParsedCallback::default();
    for status in &body.statuses {
        let Some(outcome) = outcome(&status.status) else { continue };
        for recipient in &status.recipients {
            match e164(recipient) {
                Some(address) => parsed.events.push(receipt(body, address, outcome, received)),
                None => parsed.malformed += 1,
            }
        }
    }
    if parsed.events.is_empty() && parsed.malformed > 0 {
        Err(Malformed::Field("recipients"))
    } else {
        Ok(parsed)
    }
}

fn receipt(body: &Body, address: String, outcome: Outcome, received: Instant) -> Event {
    Event::Receipt(Receipt {
        channel: Channel::Sms,
        reference: reference(body),
        address,
        outcome,
        provider_id: body.batch_id.clone(),
        at: instant([&body.at], received),
    })
}

fn inbound(body: &Body, received: Instant) -> Result<ParsedCallback, Malformed> {
    let text = body.text.as_deref().ok_or(Malformed::Field("body"))?;
    let address = body.from.as_deref().and_then(e164).ok_or(Malformed::Field("from"))?;
    let at = instant([&body.received_at, &body.sent_at], received);
    if !is_opposition(text) {
        return Ok(ParsedCallback { events: text_event(body, address, text, at), malformed: 0 });
    }
    let opposition = Opposition {
        channel: Channel::Sms,
        address,
        reason: OppositionReason::Stop,
        reference: reference(body),
        to: body.to.clone(),
        at,
    };
    Ok(ParsedCallback { events: vec![Event::Opposition(opposition)], malformed: 0 })
}

/// The event of a text that is no opposition; none for a blank text.
fn text_event(body: &Body, address: String, text: &str, at: Instant) -> Vec<Event> {
    let Some(text) = inbound::stored_text(text) else { return vec![] };
    // A text without an identifier is recognised by its sender and its instant.
    let id = body.id.clone().unwrap_or_else(|| format!("{address} {at}"));
    let (reference, to) = (reference(body), body.to.clone());
    vec![Event::Text(InboundText { id, address, text, reference, to, at })]
}

fn reference(body: &Body) -> Option<String> {
    body.client_reference.clone().filter(|reference| !reference.is_empty())
}

/// The first readable instant of `texts`.
fn instant<const N: usize>(texts: [&Option<String>; N], received: Instant) -> Instant {
    texts.into_iter().flatten().find_map(|text| text.parse().ok()).unwrap_or(received)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn received() -> Instant {
        "2026-11-24T10:20:00Z".parse().unwrap()
    }

    fn read(value: &Value) -> Result<ParsedCallback, Malformed> {
        parse(&serde_json::to_vec(value).unwrap(), received())
    }

    fn receipts(parsed: &ParsedCallback) -> Vec<(&str, Outcome)> {
        let receipt = |event: &'_ Event| matches!(event, Event::Receipt(_));
        assert!(parsed.events.iter().all(receipt));
        parsed
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Receipt(receipt) => Some((receipt.address.as_str(), receipt.outcome)),
                Event::Opposition(_) | Event::Text(_) => None,
            })
            .collect()
    }

    #[rstest]
    #[case("Queued", Some(Outcome::Pending))]
    #[case("Dispatched", Some(Outcome::Pending))]
    #[case("Delivered", Some(Outcome::Delivered))]
    #[case("DELIVERED", Some(Outcome::Delivered))]
    #[case("Failed", Some(Outcome::Failed))]
    #[case("Expired", Some(Outcome::Failed))]
    #[case("Aborted", Some(Outcome::Failed))]
    #[case("rejected", Some(Outcome::Failed))]
    #[case("Cancelled", Some(Outcome::Failed))]
    #[case("Deleted", Some(Outcome::Failed))]
    #[case("Unknown", Some(Outcome::Failed))]
    #[case("Something", None)]
    fn a_report_on_one_recipient_is_a_receipt(
        #[case] status: &str,
        #[case] outcome: Option<Outcome>,
    ) {
        let parsed = read(&json!({
            "type": "recipient_delivery_report_sms", "batch_id": "01ABC", "recipient": "33639980012",
            "code": 0, "status": status, "at": "2026-11-24T10:15:00.123Z",
            "operator_status_at": "2026-11-24T10:15:00Z", "client_reference": "m/c/b", "new": {},
        }));
        let expected = outcome.map(|outcome| {
            Event::Receipt(Receipt {
                channel: Channel::Sms,
                reference: Some("m/c/b".to_owned()),
                address: "+33639980012".to_owned(),
                outcome,
                provider_id: Some("01ABC".to_owned()),
                at: "2026-11-24T10:15:00.123Z".parse().unwrap(),
            })
        });
        assert_eq!(
            parsed,
            Ok(ParsedCallback { events: expected.into_iter().collect(), malformed: 0 })
        );
    }

    #[test]
    fn a_summary_is_a_receipt_for_each_recipient_it_names() {
        let parsed = read(&json!({
            "type": "delivery_report_sms", "batch_id": "01ABC", "total_message_count": 4,
            "statuses": [
                {"code": 0, "status": "Delivered", "count": 2, "recipients": ["+33639980012", "33639980013"]},
                {"code": 402, "status": "Failed", "count": 2, "recipients": ["+33639980014", "nobody"]},
                {"code": 400, "status": "Queued", "count": 9},
            ],
        }))
        .unwrap();
        assert_eq!(
            receipts(&parsed),
            [
                ("+33639980012", Outcome::Delivered),
                ("+33639980013", Outcome::Delivered),
                ("+33639980014", Outcome::Failed),
            ]
        );
        assert_eq!(parsed.malformed, 1);
        assert!(
            parsed
                .events
                .iter()
                .all(|event| matches!(event, Event::Receipt(one) if one.at == received()))
        );
    }

    #[test]
    fn an_inbound_stop_is_an_opposition_with_its_short_code() {
        let parsed = read(&json!({
            "type": "mo_text", "id": "01DEF", "from": "33639980012", "to": "36200", "body": "Stop.",
            "operator_id": "20801", "received_at": "2026-11-24T10:15:00Z", "sent_at": "2026-11-24T10:14:00Z",
        }));
        let opposition = Opposition {
            channel: Channel::Sms,
            address: "+33639980012".to_owned(),
            reason: OppositionReason::Stop,
            reference: None,
            to: Some("36200".to_owned()),
            at: "2026-11-24T10:15:00Z".parse().unwrap(),
        };
        assert_eq!(
            parsed,
            Ok(ParsedCallback { events: vec![Event::Opposition(opposition)], malformed: 0 })
        );
    }

    #[test]
    fn an_inbound_text_that_is_no_opposition_is_passed_on_with_its_identifier() {
        let parsed = read(&json!({
            "type": "mo_text", "id": "01DEF", "from": "33639980012", "to": "36200",
            "body": "À quelle heure fermez-vous ?", "received_at": "2026-11-24T10:15:00Z",
            "client_reference": "M#1/2/3",
        }));
        let text = InboundText {
            id: "01DEF".to_owned(),
            address: "+33639980012".to_owned(),
            text: "À quelle heure fermez-vous ?".to_owned(),
            reference: Some("M#1/2/3".to_owned()),
            to: Some("36200".to_owned()),
            at: "2026-11-24T10:15:00Z".parse().unwrap(),
        };
        assert!(!format!("{text:?}").contains("fermez"), "a log shows nothing of a text");
        assert_eq!(parsed, Ok(ParsedCallback { events: vec![Event::Text(text)], malformed: 0 }));
    }

    #[rstest]
    #[case(json!({"type": "mo_text", "from": "33639980012", "to": "36200", "body": "  "}))]
    #[case(json!({"type": "mo_binary", "from": "33639980012", "body": "AAAA"}))]
    #[case(json!({"type": "delivery_report_mms"}))]
    #[case(json!({"type": "delivery_report_sms", "batch_id": "01ABC", "statuses": []}))]
    fn other_callbacks_are_ignored(#[case] value: Value) {
        assert_eq!(read(&value), Ok(ParsedCallback::default()));
    }

    #[rstest]
    #[case(json!({}), Malformed::Json)]
    #[case(json!([]), Malformed::Json)]
    #[case(json!({"type": "mo_text", "from": "33639980012"}), Malformed::Field("body"))]
    #[case(json!({"type": "mo_text", "from": "nobody", "body": "STOP"}), Malformed::Field("from"))]
    #[case(json!({"type": "recipient_delivery_report_sms"}), Malformed::Field("status"))]
    #[case(json!({"type": "recipient_delivery_report_sms", "status": "Failed"}), Malformed::Field("recipient"))]
    #[case(
        json!({"type": "delivery_report_sms", "statuses": [{"status": "Failed", "recipients": ["nobody"]}]}),
        Malformed::Field("recipients")
    )]
    fn a_body_that_lacks_a_required_field_is_malformed(
        #[case] value: Value,
        #[case] error: Malformed,
    ) {
        assert_eq!(read(&value), Err(error));
    }
}
