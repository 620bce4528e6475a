//! SQS: what is sent is kept, for the harness to hand it on as an event.

use axum::{Json, Router, extract::State, http::HeaderMap};
use serde_json::{Map, Value, json};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

/// A message, as it was sent.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) body: String,
    pub(crate) attributes: Value,
}

/// By the queue's name, which ends its address.
type Queues = Arc<Mutex<HashMap<String, VecDeque<Message>>>>;

/// The server, with every queue that is sent to. It ends when dropped.
pub(crate) struct Sqs {
    address: String,
    queues: Queues,
    server: tokio::task::JoinHandle<()>,
}

impl Sqs {
    pub(crate) async fn start() -> Self {
        let queues = Queues::default();
        let router = Router::new()
            .fallback(send)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&queues));
        let (address, server) = crate::loopback::serve(router).await;
        Self { address, queues, server }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Takes the oldest message of a queue, for good.
    pub(crate) fn receive(&self, queue: &str) -> Option<Message> {
        self.queues.lock().unwrap().get_mut(queue)?.pop_front()
    }
}

impl Drop for Sqs {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn send(State(queues): State<Queues>, headers: HeaderMap, body: bytes::Bytes) -> Json<Value> {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let address = request["QueueUrl"].as_str().unwrap_or_default();
    let mut queues = queues.lock().unwrap();
    let queue = queues.entry(name(address).to_owned()).or_default();
    Json(match target {
        Some("AmazonSQS.SendMessage") => sent(queue, &request),
        Some("AmazonSQS.SendMessageBatch") => {
            let entries = request["Entries"].as_array().into_iter().flatten();
            let successful: Vec<Value> = entries.map(|entry| sent(queue, entry)).collect();
            json!({"Successful": successful, "Failed": []})
        }
        _ => json!({}),
    })
}

fn name(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or_default()
}

fn sent(queue: &mut VecDeque<Message>, message: &Value) -> Value {
    queue.push_back(Message {
        body: message["MessageBody"].as_str().unwrap_or_default().to_owned(),
        attributes: attributes(&message["MessageAttributes"]),
    });
    // The SDK does not verify the digest.
    json!({"Id": message["Id"], "MessageId": identifier(), "MD5OfMessageBody": "0".repeat(32)})
}

/// An event's names for attributes begin with a small letter.
fn attributes(sent: &Value) -> Value {
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

/// The event by which Lambda hands a function messages of a queue, and the identifiers by which the
/// function names those that failed.
pub(crate) fn event(queue: &str, messages: &[Message], receive_count: u32) -> (Value, Vec<String>) {
    let ids: Vec<String> = messages.iter().map(|_| identifier()).collect();
    let record = |(message, id): (&Message, &String)| {
        json!({
            "messageId": id,
            "receiptHandle": "bench",
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": receive_count.to_string(),
                "SentTimestamp": "1767225600000",
                "SenderId": "bench",
                "ApproximateFirstReceiveTimestamp": "1767225600000",
            },
            "messageAttributes": message.attributes,
            "md5OfBody": "0".repeat(32),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-west-3:000000000000:{queue}"),
            "awsRegion": "eu-west-3",
        })
    };
    let records: Vec<Value> = messages.iter().zip(&ids).map(record).collect();
    (json!({"Records": records}), ids)
}

fn identifier() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("00000000-0000-4000-8000-{:012}", NEXT.fetch_add(1, Ordering::Relaxed))
}
