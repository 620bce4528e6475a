//! The table: an engine that every write and every strong read goes to, and a copy that follows it late, which
//! answers the eventually consistent reads and the indexes.

use super::call::Call;
use super::change::{After, Change, Key, Written, key_item, written};
use super::{TABLE, clock};
use aws_fakes::DynamoDb;
use bytes::Bytes;
use domain::Instant;
use http::Response;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The table.
pub(super) struct Table {
    engine: DynamoDb,
    /// `None` in a run in which every read sees every write.
    copy: Option<DynamoDb>,
    /// The kinds of reads that the copy answers.
    late: Vec<Late>,
    state: Mutex<State>,
    /// Told of each change of a campaign that is due at some instant.
    campaigns: Notify,
}

#[derive(Default)]
struct State {
    /// Every item, as the engine has it.
    images: BTreeMap<Key, Value>,
    /// The items that expire, by the second in which they do.
    ends: BTreeSet<(i64, Key)>,
    /// The number of changes.
    changes: u64,
    /// The tokens of the transactions that were committed.
    committed: BTreeSet<String>,
    /// The changes that the copy does not have yet.
    pending: VecDeque<Pending>,
}

/// A kind of read that may miss a recent write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// An eventually consistent read of the table.
    Read,
    /// A read of an index.
    Index,
}

/// The answer to a read.
pub(super) struct Read {
    pub(super) answer: Response<Bytes>,
    /// How it may miss a recent write; `None` for a strong read.
    pub(super) late: Option<Late>,
    /// Whether it misses one.
    pub(super) is_stale: bool,
}

struct Pending {
    due: Instant,
    change: Change,
}

impl Table {
    pub(super) fn new(reads_are_late: bool, indexes_are_late: bool) -> Self {
        let engine = DynamoDb::with_table(TABLE);
        let kinds = [(Late::Read, reads_are_late), (Late::Index, indexes_are_late)];
        let late: Vec<_> = kinds.into_iter().filter(|(_, is)| *is).map(|(kind, _)| kind).collect();
        let copy = (!late.is_empty()).then(|| DynamoDb::with_table(TABLE));
        Self { engine, copy, late, state: Mutex::default(), campaigns: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out a call that may change items. `lag` is how long the copy takes to follow.
    pub(super) fn write(&self, call: &Call, lag: Duration) -> (Response<Bytes>, Vec<Change>) {
        let answer = self.engine.answer(&call.operation, call.request.body());
        let changes = match &answer {
            Ok(_) if !self.is_repeated(call) => self.note_changes(written(call), lag),
            Ok(_) | Err(_) => Vec::new(),
        };
        (response(answer), changes)
    }

    /// Whether a call repeats a transaction that was committed. The engine answers as before, and changes nothing.
    fn is_repeated(&self, call: &Call) -> bool {
        if call.operation != "TransactWriteItems" {
            return false;
        }
        let request: Value = serde_json::from_slice(call.request.body()).unwrap_or_default();
        let token = request["ClientRequestToken"].as_str();
        token.is_some_and(|token| !self.state().committed.insert(token.to_owned()))
    }

    /// Carries out a call that changes nothing.
    pub(super) fn read(&self, call: &Call) -> Read {
        let (operation, body) = (call.operation.as_str(), call.request.body());
        let newest = response(self.engine.answer(operation, body));
        let late = kind_of_read(operation, body);
        let from_copy = late.filter(|kind| self.late.contains(kind)).and(self.copy.as_ref());
        let Some(copy) = from_copy else { return Read { answer: newest, late, is_stale: false } };
        let mut state = self.state();
        state.follow(copy);
        if state.pending.is_empty() {
            return Read { answer: newest, late, is_stale: false };
        }
        let answer = response(copy.answer(operation, body));
        let is_stale = !same(answer.body(), newest.body());
        Read { answer, late, is_stale }
    }

    /// Notes the first month that retention sweeps. Without the note, the first night sweeps every month in which a
    /// member may have been due: some 700 reads.
    pub(super) fn note_swept(&self, first_month: &str) {
        let item = json!({
            "pk": {"S": "RETENTION"}, "sk": {"S": "SWEPT"}, "first_month": {"S": first_month},
        });
        self.engine.call("PutItem", &json!({"TableName": TABLE, "Item": item}));
        let key = ("RETENTION".to_owned(), "SWEPT".to_owned());
        self.note_changes(vec![Written { key, after: After::Put(item) }], Duration::ZERO);
    }

    /// Deletes the items that have expired.
    pub(super) fn delete_expired(&self, lag: Duration) -> Vec<Change> {
        let now = clock::now().as_second();
        let expired: Vec<Key> = {
            let state = self.state();
            let expired = state.ends.iter().take_while(|(end, _)| *end < now);
            expired.map(|(_, key)| key.clone()).collect()
        };
        let mut deleted = Vec::new();
        for key in expired {
            let request = json!({"TableName": TABLE, "Key": key_item(&key)});
            self.engine.call("DeleteItem", &request);
            deleted.push(Written { key, after: After::Deleted });
        }
        self.note_changes(deleted, lag)
    }

    /// Every item, in DynamoDB's JSON.
    pub(super) fn items(&self) -> Vec<Value> {
        self.state().images.values().cloned().collect()
    }

    fn item(&self, key: &Key) -> Option<Value> {
        let request = json!({"TableName": TABLE, "Key": key_item(key), "ConsistentRead": true});
        self.engine.call("GetItem", &request).get_mut("Item").map(Value::take)
    }

    /// Compares items with what they were, and gives those that changed to the copy.
    fn note_changes(&self, written: Vec<Written>, lag: Duration) -> Vec<Change> {
        let (mut table, at) = (self.state(), clock::now());
        let mut changes = Vec::new();
        for Written { key, after } in written {
            let after = match after {
                After::Put(item) => Some(item),
                After::Deleted => None,
                After::Updated => self.item(&key),
            };
            let before = match &after {
                Some(item) => table.images.insert(key.clone(), item.clone()),
                None => table.images.remove(&key),
            };
            if let Some(end) = before.as_ref().and_then(end) {
                table.ends.remove(&(end, key.clone()));
            }
            if let Some(end) = after.as_ref().and_then(end) {
                table.ends.insert((end, key.clone()));
            }
            if before != after {
                table.changes += 1;
                changes.push(Change { number: table.changes, at, key, before, after });
            }
        }
        for change in &changes {
            if change.texts("due_bucket").any(|bucket| bucket == DUE_CAMPAIGNS) {
                self.campaigns.notify_waiters();
            }
            if self.copy.is_none() {
                continue;
            }
            // The copy takes changes in their order.
            let due = table.pending.back().map_or(at + lag, |last| last.due.max(at + lag));
            table.pending.push_back(Pending { due, change: change.clone() });
        }
        changes
    }

    /// The instant at which the next campaign is due.
    pub(super) fn next_due_campaign(&self) -> Option<Instant> {
        let request = json!({
            "TableName": TABLE,
            "IndexName": "due",
            "KeyConditionExpression": "due_bucket = :bucket",
            "ExpressionAttributeValues": {":bucket": {"S": DUE_CAMPAIGNS}},
            "Limit": 1,
        });
        let found = self.engine.call("Query", &request);
        let due_at = found["Items"][0]["due_at"]["S"].as_str()?;
        due_at.split('#').next()?.parse().ok()
    }

    /// Waits for a change of a campaign that is due at some instant.
    pub(super) fn wait_for_campaign(&self) -> Notified<'_> {
        self.campaigns.notified()
    }
}

impl State {
    /// Applies the changes that the copy must have by now.
    fn follow(&mut self, copy: &DynamoDb) {
        let now = clock::now();
        while self.pending.front().is_some_and(|pending| pending.due <= now) {
            let Some(pending) = self.pending.pop_front() else { break };
            let (operation, request) = pending.change.call();
            copy.call(operation, &request);
        }
    }
}

/// The second in which an item expires; `None` for an item that stays.
fn end(item: &Value) -> Option<i64> {
    item["ttl"]["N"].as_str()?.parse().ok()
}

/// The partition of the index that holds the campaigns.
const DUE_CAMPAIGNS: &str = "DUE#CAMPAIGNS";

/// How a read may miss a recent write; `None` for a read that may not.
fn kind_of_read(operation: &str, body: &[u8]) -> Option<Late> {
    let request: Value = serde_json::from_slice(body).unwrap_or_default();
    let is_strong = |part: &Value| part["ConsistentRead"].as_bool().unwrap_or_default();
    match operation {
        "Query" if request["IndexName"].is_string() => Some(Late::Index),
        "GetItem" | "Query" => (!is_strong(&request)).then_some(Late::Read),
        "BatchGetItem" => {
            let mut parts = request["RequestItems"].as_object().into_iter().flatten();
            parts.any(|(_, part)| !is_strong(part)).then_some(Late::Read)
        }
        _ => None,
    }
}

/// Whether two answers are the same, whatever the order of their fields.
fn same(one: &[u8], other: &[u8]) -> bool {
    let read = |body: &[u8]| serde_json::from_slice::<Value>(body).ok();
    one == other || read(one) == read(other)
}

fn response(answer: Result<String, aws_fakes::Refusal>) -> Response<Bytes> {
    let (status, body) = match answer {
        Ok(body) => (200, body),
        Err(refusal) => (refusal.status, refusal.body),
    };
    let response = Response::builder().status(status);
    let response = response.header("content-type", "application/x-amz-json-1.0");
    response.body(body.into()).expect("an answer")
}
