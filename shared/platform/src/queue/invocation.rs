//! The payload of a function that both a schedule and a queue invoke.

use aws_lambda_events::event::sqs::SqsEvent;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};

/// One invocation: by the schedule or by hand with a request `R`, or by the queue with a batch.
pub enum Invocation<R> {
    /// The request of the schedule, or of a person who invokes the function.
    Request(R),
    /// A batch of messages.
    Batch(SqsEvent),
}

impl<'de, R: DeserializeOwned> Deserialize<'de> for Invocation<R> {
    /// A payload with `Records` is a batch; any other payload is a request.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let payload = serde_json::Value::deserialize(deserializer)?;
        let read = if payload.get("Records").is_some() {
            serde_json::from_value(payload).map(Self::Batch)
        } else {
            serde_json::from_value(payload).map(Self::Request)
        };
        read.map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Request {
        #[serde(default)]
        dry_run: bool,
    }

    #[test]
    fn records_are_a_batch_and_anything_else_is_a_request() {
        let read = |payload| serde_json::from_value::<Invocation<Request>>(payload);
        let message = json!({"messageId": "1", "body": "{}", "messageAttributes": {}});
        assert!(matches!(read(json!({"Records": [message]})), Ok(Invocation::Batch(_))));
        let Ok(Invocation::Request(request)) = read(json!({"dry_run": true})) else {
            panic!("this payload is a request")
        };
        assert!(request.dry_run);
        let Err(error) = read(json!({"dryrun": true})) else { panic!("this field is unknown") };
        assert!(error.to_string().contains("dryrun"), "{error}");
    }
}
