//! Brevo's callbacks: its transactional webhook.
//!
//! Source: developers.brevo.com (transactional-webhooks, secured-webhooks, batch-webhooks). Brevo signs nothing: it
//! sends the bearer token that we gave it. An event has no id of its own. Its `date` is a text in the account's time
//! zone and is ignored.

use crate::providers::bearer::verify_bearer;
use crate::providers::callback::{
    Callback, CallbackReader, Event, Malformed, Opposition, Outcome, ParsedCallback, Receipt,
};
use crate::providers::secret::Secret;
use domain::{Channel, Instant, OppositionReason};
use http::header::AUTHORIZATION;
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

/// The reader of the callbacks to an account.
pub(crate) struct BrevoCallbacks {
    token: Secret,
}

impl BrevoCallbacks {
    /// `token` is the bearer token that Brevo sends.
    pub(crate) const fn new(token: Secret) -> Self {
        Self { token }
    }
}

impl CallbackReader for BrevoCallbacks {
    fn is_genuine(&self, callback: &Callback<'_>) -> bool {
        verify_bearer(&self.token, callback.header(AUTHORIZATION.as_str()))
    }

    fn parse(&self, callback: &Callback<'_>) -> Result<ParsedCallback, Malformed> {
        parse(callback.body)
    }
}

/// Parses one event, or the array of up to 500 events that the batched mode sends.
fn parse(body: &[u8]) -> Result<ParsedCallback, Malformed> {
    let events = match serde_json::from_slice(body) {
        Ok(Value::Array(events)) => events,
        Ok(one @ Value::Object(_)) => vec![one],
        _ => return Err(Malformed::Json),
    };
    let count = events.len();
    let mut parsed = ParsedCallback::default();
    let mut last_error = Malformed::Json;
    for value in events {
        match event(value) {
            Ok(event) => parsed.events.extend(event),
            Err(error) => {
                parsed.malformed += 1;
                last_error = error;
            }
        }
    }
    if count > 0 && parsed.malformed == count { Err(last_error) } else { Ok(parsed) }
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
        // Requests, deferrals, opens, clicks, and events that Brevo adds.
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

    fn read(value: &Value) -> Result<ParsedCallback, Malformed> {
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
    fn an_event_is_a_receipt_or_ignored(#[case] event: &str, #[case] outcome: Option<Outcome>) {
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
        let parsed = ParsedCallback { events: expected.into_iter().collect(), malformed: 0 };
        assert_eq!(read(&body(event)), Ok(parsed));
    }

    #[rstest]
    #[case("spam", OppositionReason::Complaint)]
    #[case("complaint", OppositionReason::Complaint)]
    #[case("unsubscribed", OppositionReason::Unsubscribed)]
    #[case("unsubscribe", OppositionReason::Unsubscribed)]
    fn an_event_is_an_opposition(#[case] event: &str, #[case] reason: OppositionReason) {
        let parsed = read(&body(event)).unwrap();
        let [Event::Opposition(opposition)] = parsed.events.as_slice() else {
            panic!("{parsed:?}")
        };
        assert_eq!(opposition.reason, reason);
        assert_eq!(opposition.channel, Channel::Email);
        assert_eq!(opposition.address, "zoe@example.com");
        assert_eq!(opposition.reference.as_deref(), Some("m/c/b"));
    }

    #[test]
    fn an_event_without_milliseconds_has_the_instant_of_its_seconds() {
        let mut value = body("delivered");
        value["ts_epoch"] = Value::Null;
        let parsed = read(&value).unwrap();
        let [Event::Receipt(receipt)] = parsed.events.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(receipt.at, Instant::from_second(2).unwrap());
        value["ts_event"] = Value::Null;
        assert_eq!(read(&value), Err(Malformed::Field("ts_epoch")));
    }

    #[test]
    fn a_malformed_event_of_a_batch_is_counted_and_fails_no_other() {
        let mut bad = body("delivered");
        bad["email"] = Value::Null;
        let parsed =
            read(&json!([body("delivered"), bad, body("opened"), 7, body("spam")])).unwrap();
        assert_eq!(parsed.events.len(), 2);
        assert_eq!(parsed.malformed, 2);
        assert_eq!(read(&bad), Err(Malformed::Field("email")));
        assert_eq!(read(&json!([])), Ok(ParsedCallback::default()));
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
    fn debug_shows_no_address() {
        let shown = format!("{:?} {:?}", read(&body("spam")), read(&body("delivered")));
        assert!(!shown.contains("zoe"));
    }
}
