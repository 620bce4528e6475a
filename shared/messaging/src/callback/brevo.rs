//! Brevo's transactional webhook.
//!
//! Source: developers.brevo.com (transactional-webhooks, batch-webhooks). An event has no id of its
//! own. Its `date` is a text in the account's zone and is not read.

use super::{Event, Malformed, Opposition, Outcome, ProviderEvent, Receipt};
use domain::{Channel, Instant, OppositionReason};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Body {
    event: String,
    email: Option<String>,
    /// Milliseconds, UTC.
    ts_epoch: Option<i64>,
    /// Seconds, UTC.
    ts_event: Option<i64>,
    #[serde(rename = "message-id")]
    message_id: Option<String>,
    #[serde(rename = "X-Mailin-custom")]
    reference: Option<String>,
}

/// Reads one event, or the array of up to 500 that the batched mode sends.
///
/// # Errors
/// [`Malformed`], where nothing of the body can be read.
pub fn parse(body: &[u8]) -> Result<ProviderEvent, Malformed> {
    let events = match serde_json::from_slice(body) {
        Ok(Value::Array(events)) => events,
        Ok(one @ Value::Object(_)) => vec![one],
        _ => return Err(Malformed::Json),
    };
    let count = events.len();
    let mut told = ProviderEvent::default();
    let mut last = Malformed::Json;
    for value in events {
        match event(value) {
            Ok(event) => told.events.extend(event),
            Err(why) => {
                told.malformed += 1;
                last = why;
            }
        }
    }
    if count > 0 && told.malformed == count { Err(last) } else { Ok(told) }
}

enum Meaning {
    Outcome(Outcome),
    Opposition(OppositionReason),
}

fn meaning(event: &str) -> Option<Meaning> {
    Some(match event {
        "delivered" => Meaning::Outcome(Outcome::Delivered),
        "soft_bounce" => Meaning::Outcome(Outcome::SoftBounced),
        "hard_bounce" | "invalid_email" => Meaning::Outcome(Outcome::HardBounced),
        "blocked" | "error" => Meaning::Outcome(Outcome::Failed),
        "spam" | "complaint" => Meaning::Opposition(OppositionReason::Complaint),
        "unsubscribed" | "unsubscribe" => Meaning::Opposition(OppositionReason::Unsubscribed),
        // Requests, deferrals, opens and clicks, and what Brevo adds.
        _ => return None,
    })
}

fn event(value: Value) -> Result<Option<Event>, Malformed> {
    let body: Body = serde_json::from_value(value).map_err(|_| Malformed::Json)?;
    let Some(meaning) = meaning(&body.event) else { return Ok(None) };
    let address = body
        .email
        .map(|email| email.trim().to_lowercase())
        .filter(|email| email.contains('@'))
        .ok_or(Malformed::Field("email"))?;
    let at = match (body.ts_epoch, body.ts_event) {
        (Some(millisecond), _) => Instant::from_millisecond(millisecond).ok(),
        (None, Some(second)) => Instant::from_second(second).ok(),
        (None, None) => None,
    }
    .ok_or(Malformed::Field("ts_epoch"))?;
    let reference = body.reference.filter(|reference| !reference.is_empty());
    Ok(Some(match meaning {
        Meaning::Outcome(outcome) => Event::Receipt(Receipt {
            channel: Channel::Email,
            reference,
            address,
            outcome,
            provider_id: body.message_id,
            at,
        }),
        Meaning::Opposition(reason) => Event::Opposition(Opposition {
            channel: Channel::Email,
            address,
            reason,
            reference,
            to: None,
            at,
        }),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn body(event: &str) -> Value {
        json!({
            "event": event, "email": " Zoe@Example.com ", "id": 42, "date": "2026-11-24 11:15:00",
            "ts": 1, "ts_event": 2, "ts_epoch": 1_795_515_300_123_i64,
            "message-id": "<1@smtp-relay.mailin.fr>", "subject": "Vos points",
            "X-Mailin-custom": "m/c/b", "tag": "c7", "tags": ["c7"], "sending_ip": "192.0.2.1",
            "template_id": 0, "reason": "none",
        })
    }

    fn read(value: &Value) -> Result<ProviderEvent, Malformed> {
        parse(&serde_json::to_vec(value).unwrap())
    }

    #[rstest]
    #[case("delivered", Some(Outcome::Delivered))]
    #[case("soft_bounce", Some(Outcome::SoftBounced))]
    #[case("hard_bounce", Some(Outcome::HardBounced))]
    #[case("invalid_email", Some(Outcome::HardBounced))]
    #[case("blocked", Some(Outcome::Failed))]
    #[case("error", Some(Outcome::Failed))]
    #[case("request", None)]
    #[case("deferred", None)]
    #[case("opened", None)]
    #[case("unique_opened", None)]
    #[case("proxy_open", None)]
    #[case("unique_proxy_open", None)]
    #[case("click", None)]
    #[case("something_new", None)]
    fn an_event_is_a_receipt_or_passed_over(#[case] event: &str, #[case] outcome: Option<Outcome>) {
        let expected = outcome.map(|outcome| {
            Event::Receipt(Receipt {
                channel: Channel::Email,
                reference: Some("m/c/b".to_owned()),
                address: "zoe@example.com".to_owned(),
                outcome,
                provider_id: Some("<1@smtp-relay.mailin.fr>".to_owned()),
                at: Instant::from_millisecond(1_795_515_300_123).unwrap(),
            })
        });
        let told = ProviderEvent { events: expected.into_iter().collect(), malformed: 0 };
        assert_eq!(read(&body(event)), Ok(told));
    }

    #[rstest]
    #[case("spam", OppositionReason::Complaint)]
    #[case("complaint", OppositionReason::Complaint)]
    #[case("unsubscribed", OppositionReason::Unsubscribed)]
    #[case("unsubscribe", OppositionReason::Unsubscribed)]
    fn an_event_is_an_opposition(#[case] event: &str, #[case] reason: OppositionReason) {
        let told = read(&body(event)).unwrap();
        let [Event::Opposition(opposition)] = told.events.as_slice() else { panic!("{told:?}") };
        assert_eq!((opposition.reason, opposition.channel), (reason, Channel::Email));
        assert_eq!(opposition.address, "zoe@example.com");
        assert_eq!(opposition.reference.as_deref(), Some("m/c/b"));
    }

    #[test]
    fn the_seconds_count_where_the_milliseconds_are_missing() {
        let mut value = body("delivered");
        value["ts_epoch"] = Value::Null;
        let told = read(&value).unwrap();
        let [Event::Receipt(receipt)] = told.events.as_slice() else { panic!("{told:?}") };
        assert_eq!(receipt.at, Instant::from_second(2).unwrap());
        value["ts_event"] = Value::Null;
        assert_eq!(read(&value), Err(Malformed::Field("ts_epoch")));
    }

    #[test]
    fn one_bad_event_of_a_batch_is_counted_and_fails_no_other() {
        let mut bad = body("delivered");
        bad["email"] = Value::Null;
        let told = read(&json!([body("delivered"), bad, body("opened"), 7, body("spam")])).unwrap();
        assert_eq!((told.events.len(), told.malformed), (2, 2));
        assert_eq!(read(&bad), Err(Malformed::Field("email")));
        assert_eq!(read(&json!([])), Ok(ProviderEvent::default()));
    }

    #[rstest]
    #[case("")]
    #[case("event=delivered")]
    #[case("7")]
    #[case("{}")]
    #[case("[7]")]
    fn a_body_of_another_shape_is_refused(#[case] body: &str) {
        assert_eq!(parse(body.as_bytes()), Err(Malformed::Json));
    }

    #[test]
    fn an_event_does_not_show_the_address_in_debug() {
        let told = format!("{:?} {:?}", read(&body("spam")), read(&body("delivered")));
        assert!(!told.contains("zoe"));
    }
}
