//! The event by which Lambda gives messages of a queue to a function.

use super::Message;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// An event, and how its answer names the messages.
pub struct Event {
    /// The event's JSON.
    pub json: Value,
    /// An identifier for each message, in their order. The function's answer names by it a message that
    /// failed.
    pub message_ids: Vec<String>,
}

/// A message as one event delivers it.
pub struct Delivery<'m> {
    /// The identifier of the message.
    pub id: &'m str,
    /// The handle by which its receiver hides it.
    pub receipt_handle: &'m str,
    /// The text that was sent.
    pub body: &'m str,
    /// `messageAttributes` of the event.
    pub attributes: &'m Value,
    /// How often the message was delivered, this delivery included.
    pub receive_count: u32,
}

impl Delivery<'_> {
    /// The record of an event of a queue.
    #[must_use]
    pub fn record(&self, queue: &str) -> Value {
        json!({
            "messageId": self.id,
            "receiptHandle": self.receipt_handle,
            "body": self.body,
            "attributes": {
                "ApproximateReceiveCount": self.receive_count.to_string(),
                "SentTimestamp": "1767225600000",
                "SenderId": "fake",
                "ApproximateFirstReceiveTimestamp": "1767225600000",
            },
            "messageAttributes": self.attributes,
            "md5OfBody": "0".repeat(32),
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:eu-west-3:000000000000:{queue}"),
            "awsRegion": "eu-west-3",
        })
    }
}

/// The event of these messages of a queue, for a delivery of this number.
#[must_use]
pub fn event(queue: &str, messages: &[Message], receive_count: u32) -> Event {
    let message_ids: Vec<String> = messages.iter().map(|_| identifier()).collect();
    let record = |(message, id): (&Message, &String)| {
        let Message { body, attributes, .. } = message;
        Delivery { id, receipt_handle: "fake", body, attributes, receive_count }.record(queue)
    };
    let records: Vec<Value> = messages.iter().zip(&message_ids).map(record).collect();
    Event { json: json!({"Records": records}), message_ids }
}

/// A new identifier in the form of a UUID.
pub(super) fn identifier() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("00000000-0000-4000-8000-{:012}", NEXT.fetch_add(1, Ordering::Relaxed))
}
