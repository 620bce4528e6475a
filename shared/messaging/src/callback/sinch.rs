//! Sinch's callbacks: delivery reports, and what people answer.
//!
//! Source: developers.sinch.com/docs/sms (webhooks, delivery-reports, status-codes). The casing of
//! statuses varies, and a number may lack its plus.

use super::{Event, Malformed, Opposition, Outcome, ProviderEvent, Receipt, e164};
use crate::stop_word::is_opposition;
use domain::{Channel, Instant, OppositionReason};
use serde::Deserialize;

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
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

/// Reads a callback that came in at `received`, which counts where it tells no instant of its own: a
/// report on one recipient, a summary that names its recipients, or an inbound text. Texts that do not
/// oppose are passed over.
///
/// # Errors
/// [`Malformed`], where nothing of the body can be read.
pub fn parse(body: &[u8], received: Instant) -> Result<ProviderEvent, Malformed> {
    let body: Body = serde_json::from_slice(body).map_err(|_| Malformed::Json)?;
    match body.kind.as_str() {
        "recipient_delivery_report_sms" => report(&body, received),
        "delivery_report_sms" => summary(&body, received),
        "mo_text" => inbound(&body, received),
        _ => Ok(ProviderEvent::default()),
    }
}

/// `None` for a status that Sinch did not have yet. Final but for the first two.
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

fn report(body: &Body, received: Instant) -> Result<ProviderEvent, Malformed> {
    let status = body.status.as_deref().ok_or(Malformed::Field("status"))?;
    let Some(outcome) = outcome(status) else { return Ok(ProviderEvent::default()) };
    let address = body.recipient.as_deref().and_then(e164).ok_or(Malformed::Field("recipient"))?;
    Ok(ProviderEvent { events: vec![receipt(body, address, outcome, received)], malformed: 0 })
}

fn summary(body: &Body, received: Instant) -> Result<ProviderEvent, Malformed> {
    let mut told = ProviderEvent::default();
    for status in &body.statuses {
        let Some(outcome) = outcome(&status.status) else { continue };
        for recipient in &status.recipients {
            match e164(recipient) {
                Some(address) => told.events.push(receipt(body, address, outcome, received)),
                None => told.malformed += 1,
            }
        }
    }
    if told.events.is_empty() && told.malformed > 0 {
        Err(Malformed::Field("recipients"))
    } else {
        Ok(told)
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

fn inbound(body: &Body, received: Instant) -> Result<ProviderEvent, Malformed> {
    if !is_opposition(body.text.as_deref().ok_or(Malformed::Field("body"))?) {
        return Ok(ProviderEvent::default());
    }
    let address = body.from.as_deref().and_then(e164).ok_or(Malformed::Field("from"))?;
    let opposition = Opposition {
        channel: Channel::Sms,
        address,
        reason: OppositionReason::Stop,
        reference: reference(body),
        to: body.to.clone(),
        at: instant([&body.received_at, &body.sent_at], received),
    };
    Ok(ProviderEvent { events: vec![Event::Opposition(opposition)], malformed: 0 })
}

fn reference(body: &Body) -> Option<String> {
    body.client_reference.clone().filter(|reference| !reference.is_empty())
}

fn instant<const N: usize>(told: [&Option<String>; N], received: Instant) -> Instant {
    told.into_iter().flatten().find_map(|text| text.parse().ok()).unwrap_or(received)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    fn received() -> Instant {
        "2026-11-24T10:20:00Z".parse().unwrap()
    }

    fn read(value: &Value) -> Result<ProviderEvent, Malformed> {
        parse(&serde_json::to_vec(value).unwrap(), received())
    }

    fn receipts(told: &ProviderEvent) -> Vec<(&str, Outcome)> {
        let receipt = |event: &'_ Event| matches!(event, Event::Receipt(_));
        assert!(told.events.iter().all(receipt));
        told.events
            .iter()
            .filter_map(|event| match event {
                Event::Receipt(receipt) => Some((receipt.address.as_str(), receipt.outcome)),
                Event::Opposition(_) => None,
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
        let told = read(&json!({
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
            told,
            Ok(ProviderEvent { events: expected.into_iter().collect(), malformed: 0 })
        );
    }

    #[test]
    fn a_summary_is_a_receipt_for_each_recipient_it_names() {
        let told = read(&json!({
            "type": "delivery_report_sms", "batch_id": "01ABC", "total_message_count": 4,
            "statuses": [
                {"code": 0, "status": "Delivered", "count": 2, "recipients": ["+33639980012", "33639980013"]},
                {"code": 402, "status": "Failed", "count": 2, "recipients": ["+33639980014", "nobody"]},
                {"code": 400, "status": "Queued", "count": 9},
            ],
        }))
        .unwrap();
        assert_eq!(
            receipts(&told),
            [
                ("+33639980012", Outcome::Delivered),
                ("+33639980013", Outcome::Delivered),
                ("+33639980014", Outcome::Failed),
            ]
        );
        assert_eq!(told.malformed, 1);
        assert!(
            told.events
                .iter()
                .all(|event| matches!(event, Event::Receipt(one) if one.at == received()))
        );
    }

    #[test]
    fn an_inbound_stop_is_an_opposition_and_keeps_the_short_code() {
        let told = read(&json!({
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
            told,
            Ok(ProviderEvent { events: vec![Event::Opposition(opposition)], malformed: 0 })
        );
    }

    #[rstest]
    #[case(json!({"type": "mo_text", "from": "33639980012", "to": "36200", "body": "Merci !"}))]
    #[case(json!({"type": "mo_binary", "from": "33639980012", "body": "AAAA"}))]
    #[case(json!({"type": "delivery_report_mms"}))]
    #[case(json!({"type": "delivery_report_sms", "batch_id": "01ABC", "statuses": []}))]
    fn what_does_not_concern_us_is_passed_over(#[case] value: Value) {
        assert_eq!(read(&value), Ok(ProviderEvent::default()));
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
    fn a_body_that_lacks_what_it_must_have_is_refused(
        #[case] value: Value,
        #[case] why: Malformed,
    ) {
        assert_eq!(read(&value), Err(why));
    }
}
