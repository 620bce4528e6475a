//! SQS: a message that is sent stays in its queue until the test receives it. The service can be made
//! to fail.

mod event;

pub use event::{Delivery, Event, event};

use crate::{Fake, Served, locked};
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// A message in the form of an SQS event.
#[derive(Debug, Clone)]
pub struct Message {
    /// The text that was sent.
    pub body: String,
    /// `messageAttributes` of the event.
    pub attributes: Value,
    /// The group of a fair queue.
    pub group: Option<String>,
    /// The seconds until the message is delivered.
    pub delay: u64,
}

impl Message {
    /// A message of this text, without attributes, group or delay.
    #[must_use]
    pub fn of(body: String) -> Self {
        Self { body, attributes: json!({}), group: None, delay: 0 }
    }
}

/// A service with every queue to which a message was sent. Clones share the queues.
#[derive(Clone, Default)]
pub struct Sqs(Arc<Mutex<Queues>>);

#[derive(Default)]
struct Queues {
    /// In the order of their arrival, whichever the queue.
    sent: VecDeque<Sent>,
    /// Receipt handle, seconds.
    hidden: Vec<(String, u64)>,
    fails_after: Option<usize>,
}

struct Sent {
    queue_url: String,
    message: Message,
}

impl Sqs {
    /// Removes the oldest message of a queue.
    #[must_use]
    pub fn receive(&self, queue: &str) -> Option<Message> {
        let mut queues = locked(&self.0);
        let is_of_queue =
            |sent: &Sent| sent.queue_url.rsplit('/').next().is_some_and(|name| name == queue);
        let oldest = queues.sent.iter().position(is_of_queue)?;
        Some(queues.sent.remove(oldest)?.message)
    }

    /// The bodies in the queue whose URL ends so, in the order of their arrival.
    #[must_use]
    pub fn sent(&self, queue: &str) -> Vec<String> {
        let queues = locked(&self.0);
        let of_queue = queues.sent.iter().filter(|sent| sent.queue_url.ends_with(queue));
        of_queue.map(|sent| sent.message.body.clone()).collect()
    }

    /// The groups of the messages in the queue whose URL ends so, in the order of their arrival.
    #[must_use]
    pub fn groups(&self, queue: &str) -> Vec<Option<String>> {
        let queues = locked(&self.0);
        let of_queue = queues.sent.iter().filter(|sent| sent.queue_url.ends_with(queue));
        of_queue.map(|sent| sent.message.group.clone()).collect()
    }

    /// Removes every message.
    pub fn clear(&self) {
        locked(&self.0).sent.clear();
    }

    /// Accepts so many more requests, then refuses one.
    pub fn fail_after(&self, requests: usize) {
        locked(&self.0).fails_after = Some(requests);
    }

    /// For how many seconds messages were hidden, by their receipt handles.
    #[must_use]
    pub fn hidden(&self) -> Vec<(String, u64)> {
        locked(&self.0).hidden.clone()
    }
}

impl Served<Sqs> {
    /// A client that tries once.
    #[must_use]
    pub fn client(&self) -> aws_sdk_sqs::Client {
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-3"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .endpoint_url(self.address())
            .build();
        aws_sdk_sqs::Client::from_conf(config)
    }
}

impl Fake for Sqs {
    fn router(&self) -> Router {
        Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(self.clone())
    }
}

async fn answer(State(Sqs(queues)): State<Sqs>, headers: HeaderMap, body: Bytes) -> Response {
    let mut queues = locked(&queues);
    match queues.fails_after {
        Some(0) => {
            queues.fails_after = None;
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        Some(left) => queues.fails_after = Some(left - 1),
        None => {}
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let queue_url = request["QueueUrl"].as_str().unwrap_or_default();
    let answer = match target {
        Some("AmazonSQS.SendMessage") => queues.send(queue_url, &request),
        Some("AmazonSQS.SendMessageBatch") => {
            let entries = request["Entries"].as_array().into_iter().flatten();
            let successful: Vec<Value> =
                entries.map(|entry| queues.send(queue_url, entry)).collect();
            json!({"Successful": successful, "Failed": []})
        }
        Some("AmazonSQS.ChangeMessageVisibility") => {
            let handle = request["ReceiptHandle"].as_str().unwrap_or_default().to_owned();
            let seconds = request["VisibilityTimeout"].as_u64().unwrap_or_default();
            queues.hidden.push((handle, seconds));
            json!({})
        }
        _ => {
            let error = json!({"__type": "com.amazonaws.sqs#UnsupportedOperation"});
            return (StatusCode::BAD_REQUEST, Json(error)).into_response();
        }
    };
    Json(answer).into_response()
}

impl Queues {
    fn send(&mut self, queue_url: &str, message: &Value) -> Value {
        self.sent.push_back(Sent {
            queue_url: queue_url.to_owned(),
            message: Message {
                body: message["MessageBody"].as_str().unwrap_or_default().to_owned(),
                attributes: event_attributes(&message["MessageAttributes"]),
                group: message["MessageGroupId"].as_str().map(str::to_owned),
                delay: message["DelaySeconds"].as_u64().unwrap_or_default(),
            },
        });
        // The SDK does not verify the digest.
        json!({
            "Id": message["Id"],
            "MessageId": event::identifier(),
            "MD5OfMessageBody": "0".repeat(32),
        })
    }
}

/// The attributes of a message as an event has them: requests begin their fields with a capital letter, events with
/// a small one.
#[must_use]
pub fn event_attributes(sent: &Value) -> Value {
    let mut attributes = Map::new();
    for (name, value) in sent.as_object().into_iter().flatten() {
        let attribute = json!({
            "dataType": value["DataType"],
            "stringValue": value["StringValue"],
            "stringListValues": [],
            "binaryListValues": [],
        });
        attributes.insert(name.clone(), attribute);
    }
    Value::Object(attributes)
}
