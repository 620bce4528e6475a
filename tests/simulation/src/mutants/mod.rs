//! Known faults of the service, brought back one at a time: what the simulation must find.
//!
//! A mutant rewrites calls on their way to a service, or answers on their way back, so that the functions behave as
//! they did when they had the fault. The code of the functions stays as it is.

mod campaign;
mod coupon;
mod ledger;
mod member;
mod purchase;
mod queue;
mod reward;

use crate::world::call::{Call, Service};
use bytes::Bytes;
use http::Response;
use serde_json::Value;

/// A known fault.
pub struct Mutant {
    /// The name in the report.
    pub name: &'static str,
    /// What was wrong, or what would be wrong without a line of the code.
    pub fault: &'static str,
    change: Change,
}

/// How a fault shows on the wire.
enum Change {
    /// A write of DynamoDB: one of a transaction, or a call of its own. The kind is `Put`, `Update`, `Delete` or
    /// `ConditionCheck`. Tells whether it was changed.
    Write(fn(&mut Write<'_>) -> bool),
    /// The whole request of an operation of DynamoDB or SQS.
    Request(fn(&str, &mut Value) -> bool),
    /// The answer to an operation of DynamoDB, with its request.
    Answer(fn(&str, &Value, &mut Value) -> bool),
    /// Every failure that a function reports for a message of a queue is left out.
    Batch,
}

/// A write of DynamoDB.
struct Write<'w> {
    kind: &'w str,
    content: &'w mut Value,
}

/// Every mutant.
pub const ALL: [&Mutant; 17] = [
    &campaign::CLAIM_WITHOUT_LEASE,
    &campaign::CLAIM_WITHOUT_INSTANT,
    &campaign::RECEIPT_COUNTED_TWICE,
    &coupon::USED_WITHOUT_LIMIT,
    &ledger::VISIT_REPEATED,
    &ledger::ENTRY_FORGOTTEN,
    &member::MOBILE_TAKEN,
    &member::MERGE_NOTES_FORGOTTEN,
    &member::PERSON_OVERWRITTEN,
    &purchase::CANCELLED_FOR_ANOTHER,
    &purchase::RECORDED_TWICE,
    &purchase::RETURNED_TWICE,
    &purchase::STALE_ACCOUNT,
    &queue::FAILURES_ACKNOWLEDGED,
    &queue::MESSAGE_NOT_SENT,
    &reward::STOCK_WITHOUT_LIMIT,
    &reward::CANCELLED_TWICE,
];

impl Mutant {
    /// The mutant of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|mutant| mutant.name == name)
    }

    /// Rewrites a call. Tells whether it changed anything.
    pub(crate) fn rewrite(&self, call: &mut Call) -> bool {
        if !matches!(call.service, Service::DynamoDb | Service::Sqs) {
            return false;
        }
        let Ok(mut request) = serde_json::from_slice::<Value>(call.request.body()) else {
            return false;
        };
        let is_changed = match self.change {
            Change::Write(change) => {
                let mut is_changed = false;
                for_each_write(&call.operation, &mut request, |mut write| {
                    is_changed |= change(&mut write);
                });
                is_changed
            }
            Change::Request(change) => change(&call.operation, &mut request),
            Change::Answer(_) | Change::Batch => false,
        };
        if is_changed {
            *call.request.body_mut() = Bytes::from(request.to_string());
        }
        is_changed
    }

    /// Whether a function's report on a batch of messages is left out.
    pub(crate) fn hides_failures(&self) -> bool {
        matches!(self.change, Change::Batch)
    }

    /// Rewrites an answer. Tells whether it changed anything.
    pub(crate) fn rewrite_answer(&self, call: &Call, answer: &mut Response<Bytes>) -> bool {
        let Change::Answer(change) = self.change else { return false };
        if call.service != Service::DynamoDb || !answer.status().is_success() {
            return false;
        }
        let read = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap_or_default();
        let (request, mut content) = (read(call.request.body()), read(answer.body()));
        let is_changed = change(&call.operation, &request, &mut content);
        if is_changed {
            *answer.body_mut() = Bytes::from(content.to_string());
        }
        is_changed
    }
}

fn for_each_write(operation: &str, request: &mut Value, mut change: impl FnMut(Write<'_>)) {
    let kind = match operation {
        "PutItem" => "Put",
        "UpdateItem" => "Update",
        "DeleteItem" => "Delete",
        "TransactWriteItems" => {
            let writes = request["TransactItems"].as_array_mut().into_iter().flatten();
            for (kind, content) in writes.filter_map(Value::as_object_mut).flatten() {
                change(Write { kind, content });
            }
            return;
        }
        _ => return,
    };
    change(Write { kind, content: request });
}

impl Write<'_> {
    /// The sort key of the item.
    fn sk(&self) -> &str {
        let item = if self.kind == "Put" { &self.content["Item"] } else { &self.content["Key"] };
        item["sk"]["S"].as_str().unwrap_or_default()
    }

    /// The partition key of the item.
    fn pk(&self) -> &str {
        let item = if self.kind == "Put" { &self.content["Item"] } else { &self.content["Key"] };
        item["pk"]["S"].as_str().unwrap_or_default()
    }

    /// The condition; empty where there is none.
    fn condition(&self) -> &str {
        self.content["ConditionExpression"].as_str().unwrap_or_default()
    }

    /// Replaces the condition by one that is always true. The placeholders stay in use, since DynamoDB refuses
    /// placeholders that nothing uses.
    fn weaken(&mut self) -> bool {
        let condition = self.condition().to_owned();
        self.replace_condition(&format!("({condition}) OR {ALWAYS}"))
    }

    /// Makes one part of the condition always true.
    fn weaken_part(&mut self, part: &str) -> bool {
        let condition = self.condition();
        condition.contains(part) && {
            let weak = condition.replace(part, &format!("({part} OR {ALWAYS})"));
            self.replace_condition(&weak)
        }
    }

    fn replace_condition(&mut self, condition: &str) -> bool {
        self.content["ConditionExpression"] = condition.into();
        true
    }
}

/// A condition that every item and every absent item fulfils.
const ALWAYS: &str = "attribute_exists(pk) OR attribute_not_exists(pk)";
