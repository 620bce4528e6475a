//! SQS: the queues with their visibility and their dead letters, on simulated time.

use super::call::Call;
use super::clock;
use super::function::Function;
use super::message::{DeadLetter, Message, Trouble};
use aws_fakes::{Delivery, event_attributes};
use bytes::Bytes;
use domain::Instant;
use fastrand::Rng;
use http::Response;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// A queue, as the template describes it.
pub(crate) struct QueueSettings {
    /// The last part of its URL.
    pub(crate) name: &'static str,
    /// The function that its messages invoke.
    pub(crate) function: Function,
    /// `VisibilityTimeout`.
    pub(crate) redelivery: Duration,
    /// `maxReceiveCount`.
    pub(crate) max_receives: u32,
    /// `BatchSize` of the event source.
    pub(crate) batch: usize,
    /// `MaximumConcurrency` of the event source.
    pub(crate) concurrency: usize,
}

const fn queue(
    name: &'static str,
    function: Function,
    redelivery: u64,
    batch: usize,
    concurrency: usize,
) -> QueueSettings {
    let redelivery = Duration::from_secs(redelivery);
    QueueSettings { name, function, redelivery, max_receives: 5, batch, concurrency }
}

/// Every queue with a function.
pub(crate) const QUEUES: [QueueSettings; 10] = [
    queue("uploads", Function::Ingest, 1_800, 1, 8),
    queue("ranges", Function::Ingest, 1_800, 1, 8),
    queue("campaigns", Function::Campaign, 1_800, 1, 4),
    queue("sends", Function::Send, 360, 1, 4),
    QueueSettings { max_receives: 2, ..queue("notices", Function::Send, 360, 1, 4) },
    queue("outcomes", Function::Outcomes, 360, 10, 8),
    queue("coupons", Function::Coupons, 1_800, 1, 4),
    queue("retention", Function::Retention, 5_400, 1, 8),
    queue("followups", Function::Followups, 5_400, 1, 8),
    QueueSettings { max_receives: 10, ..queue("webhooks", Function::Webhooks, 720, 10, 4) },
];

/// The queue of changes that became no event. No function reads it.
pub(crate) const CHANGES_DEAD_LETTERS: &str = "changes-dead-letters";

/// The URL of a queue.
pub(crate) fn url(name: &str) -> String {
    format!("https://sqs.eu-west-3.amazonaws.com/000000000000/{name}")
}

/// The queues of the account.
pub(crate) struct Queues {
    state: Mutex<State>,
    /// Told of each new message.
    pub(crate) sent: Notify,
}

struct State {
    next: u64,
    queues: BTreeMap<&'static str, BTreeMap<u64, Message>>,
    dead: Vec<DeadLetter>,
    groups: BTreeSet<String>,
}

/// Messages that were received together.
pub(crate) struct Batch {
    pub(crate) messages: Vec<Message>,
}

impl Default for Queues {
    fn default() -> Self {
        let names = QUEUES.iter().map(|queue| queue.name).chain([CHANGES_DEAD_LETTERS]);
        let queues = names.map(|name| (name, BTreeMap::new())).collect();
        let state = State { next: 1, queues, dead: Vec::new(), groups: BTreeSet::new() };
        Self { state: Mutex::new(state), sent: Notify::new() }
    }
}

impl Queues {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out a call.
    pub(super) fn answer(&self, call: &Call) -> Response<Bytes> {
        let request: Value = serde_json::from_slice(call.request.body()).unwrap_or_default();
        let url = request["QueueUrl"].as_str().unwrap_or_default();
        let name = url.rsplit('/').next().unwrap_or_default();
        let mut state = self.state();
        let Some(name) = state.queues.keys().copied().find(|known| *known == name) else {
            panic!("{url}: there is no such queue");
        };
        let answer = match call.operation.as_str() {
            "SendMessage" => state.send(name, &request),
            "SendMessageBatch" => {
                let entries = request["Entries"].as_array().into_iter().flatten();
                let sent: Vec<Value> = entries.map(|entry| state.send(name, entry)).collect();
                json!({"Successful": sent, "Failed": []})
            }
            "ChangeMessageVisibility" => {
                let handle = request["ReceiptHandle"].as_str().and_then(|text| text.parse().ok());
                let seconds = request["VisibilityTimeout"].as_i64().unwrap_or_default();
                let messages = state.queues.entry(name).or_default();
                if let Some(message) = handle.and_then(|id: u64| messages.get_mut(&id)) {
                    message.visible_at = clock::now() + jiff::SignedDuration::from_secs(seconds);
                    message.held_until = Some(message.visible_at);
                }
                json!({})
            }
            other => panic!("{other}: no such operation of SQS"),
        };
        drop(state);
        self.sent.notify_waiters();
        json_response(&answer)
    }

    /// Sends a message that no function sends.
    pub(super) fn send(&self, name: &'static str, body: String, delay: Duration) {
        let mut state = self.state();
        let id = state.put(name, body, json!({}), None);
        if let Some(message) = state.queues.entry(name).or_default().get_mut(&id) {
            message.visible_at += delay;
        }
        drop(state);
        self.sent.notify_waiters();
    }

    /// The number of messages that are visible.
    pub(super) fn visible(&self, queue: &QueueSettings) -> usize {
        let (now, state) = (clock::now(), self.state());
        let messages = state.queues.get(queue.name).into_iter().flat_map(BTreeMap::values);
        messages.filter(|message| message.visible_at <= now).count()
    }

    /// Receives messages that are visible, the oldest first or in another order. A message that was received too often
    /// becomes a dead letter instead.
    pub(super) fn receive(&self, queue: &QueueSettings, order: Option<Rng>) -> Option<Batch> {
        let now = clock::now();
        let mut state = self.state();
        let state = &mut *state;
        let messages = state.queues.entry(queue.name).or_default();
        let is_visible = |message: &&Message| message.visible_at <= now;
        let mut visible: Vec<u64> = messages.values().filter(is_visible).map(|m| m.id).collect();
        if let Some(mut order) = order {
            order.shuffle(&mut visible);
        }
        let mut received = Vec::new();
        for id in visible {
            if received.len() == queue.batch {
                break;
            }
            let Some(message) = messages.get_mut(&id) else { continue };
            if message.receives >= queue.max_receives {
                let Some(message) = messages.remove(&id) else { continue };
                state.dead.push(DeadLetter { queue: queue.name, message });
                continue;
            }
            message.receives += 1;
            message.visible_at = now + queue.redelivery;
            message.held_until = message.held_until.filter(|until| *until > now);
            received.push(message.clone());
            message.held_until = Some(message.visible_at);
        }
        (!received.is_empty()).then_some(Batch { messages: received })
    }

    /// Deletes a message that was handled.
    pub(super) fn delete(&self, queue: &QueueSettings, message: &Message) {
        self.state().queues.entry(queue.name).or_default().remove(&message.id);
    }

    /// Notes why a message was not handled. It is delivered again when it is visible again.
    pub(super) fn note(&self, queue: &QueueSettings, message: &Message, mut trouble: Trouble) {
        let mut state = self.state();
        let state = &mut *state;
        let messages = state.queues.entry(queue.name).or_default();
        let others = messages.values().chain(state.dead.iter().map(|letter| &letter.message));
        let others = others.filter(|other| other.body == message.body);
        trouble.cause = trouble.cause.or_else(|| message.cause_outside(queue.name, others));
        // A message that came too early may be a dead letter while it is being handled.
        let dead = state.dead.iter_mut().map(|letter| &mut letter.message);
        let noted = messages.get_mut(&message.id).into_iter().chain(dead);
        for noted in noted.filter(|noted| noted.is(message)) {
            noted.troubles.push(trouble.clone());
        }
    }

    /// Makes a message visible again while it is being handled.
    pub(super) fn expire(&self, queue: &QueueSettings, message: &Message, after: Duration) {
        let mut state = self.state();
        if let Some(message) = state.queues.entry(queue.name).or_default().get_mut(&message.id) {
            message.visible_at = clock::now() + after;
        }
    }

    /// Makes a message visible once more after it was handled.
    pub(super) fn release(&self, queue: &QueueSettings, message: &Message, after: Duration) {
        let mut state = self.state();
        if let Some(message) = state.queues.entry(queue.name).or_default().get_mut(&message.id) {
            (message.visible_at, message.held_until) = (clock::now() + after, None);
        }
    }

    /// The earliest instant at which a message of the queue is visible; `None` for an empty queue.
    pub(super) fn next_visible(&self, queue: &QueueSettings) -> Option<Instant> {
        let state = self.state();
        state.queues.get(queue.name)?.values().map(|message| message.visible_at).min()
    }

    /// The number of messages in the queues that functions read.
    pub(crate) fn waiting(&self) -> usize {
        let state = self.state();
        QUEUES.iter().filter_map(|queue| state.queues.get(queue.name)).map(BTreeMap::len).sum()
    }

    /// The dead letters.
    pub(crate) fn dead_letters(&self) -> Vec<DeadLetter> {
        self.state().dead.clone()
    }

    /// The messages about changes of the table that became no event.
    pub(crate) fn lost_changes(&self) -> Vec<Message> {
        let state = self.state();
        let messages =
            state.queues.get(CHANGES_DEAD_LETTERS).into_iter().flat_map(BTreeMap::values);
        messages.cloned().collect()
    }

    /// The messages in the queues that functions read, one by one.
    pub(super) fn unfinished(&self) -> Vec<String> {
        let state = self.state();
        let read =
            QUEUES.iter().filter_map(|queue| Some((queue.name, state.queues.get(queue.name)?)));
        let messages =
            read.flat_map(|(name, messages)| messages.values().map(move |one| (name, one)));
        let shown = messages.map(|(name, message)| {
            let (body, receives) = (&message.body, message.receives);
            format!("{name}: {body} after {receives} deliveries: {}", message.history())
        });
        shown.collect()
    }

    /// Moves every dead letter back to its queue, as an operator does when the cause is gone.
    pub(crate) fn redrive(&self) {
        let now = clock::now();
        let mut state = self.state();
        for DeadLetter { queue, mut message } in std::mem::take(&mut state.dead) {
            (message.receives, message.visible_at) = (0, now);
            state.queues.entry(queue).or_default().insert(message.id, message);
        }
        drop(state);
        self.sent.notify_waiters();
    }

    /// Notes why changes of the table were given up.
    pub(super) fn note_changes(&self, troubles: Vec<Trouble>) {
        let mut state = self.state();
        let messages = state.queues.entry(CHANGES_DEAD_LETTERS).or_default();
        if let Some(mut last) = messages.last_entry() {
            last.get_mut().troubles = troubles;
        }
    }

    /// The groups of all messages that were ever sent.
    pub(crate) fn groups(&self) -> Vec<String> {
        self.state().groups.iter().cloned().collect()
    }
}

impl State {
    fn put(
        &mut self,
        queue: &'static str,
        body: String,
        attributes: Value,
        group: Option<String>,
    ) -> u64 {
        let id = self.next;
        self.next += 1;
        let visible_at = clock::now();
        self.groups.extend(group);
        let (receives, held_until, troubles) = (0, None, Vec::new());
        let message = Message { id, body, attributes, visible_at, receives, held_until, troubles };
        self.queues.entry(queue).or_default().insert(id, message);
        id
    }

    fn send(&mut self, queue: &'static str, entry: &Value) -> Value {
        let body = entry["MessageBody"].as_str().unwrap_or_default().to_owned();
        let group = entry["MessageGroupId"].as_str().map(str::to_owned);
        let id = self.put(queue, body, event_attributes(&entry["MessageAttributes"]), group);
        let delay = entry["DelaySeconds"].as_i64().unwrap_or_default();
        if let Some(message) = self.queues.entry(queue).or_default().get_mut(&id) {
            message.visible_at += jiff::SignedDuration::from_secs(delay);
        }
        json!({"Id": entry["Id"], "MessageId": message_id(id), "MD5OfMessageBody": "0".repeat(32)})
    }
}

impl Batch {
    /// The event of Lambda.
    pub(crate) fn event(&self, queue: &QueueSettings) -> Value {
        let records = self.messages.iter().map(|message| {
            let Message { body, attributes, receives, .. } = message;
            let (id, receipt_handle) = (&message_id(message.id), &message.id.to_string());
            let receive_count = *receives;
            Delivery { id, receipt_handle, body, attributes, receive_count }.record(queue.name)
        });
        json!({"Records": records.collect::<Vec<_>>()})
    }

    /// The messages that an answer names as failed.
    pub(crate) fn failed<'m>(&'m self, answer: &Value) -> Vec<&'m Message> {
        let failures =
            answer["batchItemFailures"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_failed = |message: &&Message| {
            let id = message_id(message.id);
            failures.iter().any(|failure| failure["itemIdentifier"] == id)
        };
        self.messages.iter().filter(is_failed).collect()
    }
}

fn message_id(id: u64) -> String {
    format!("00000000-0000-4000-8000-{id:012}")
}

fn json_response(body: &Value) -> Response<Bytes> {
    let response = Response::builder().header("content-type", "application/x-amz-json-1.0");
    response.body(body.to_string().into()).expect("an answer")
}
