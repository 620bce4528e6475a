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
mod webhook;

use crate::faults::Delivery;
use crate::world::TABLE;
use crate::world::call::{Call, Service};
use crate::world::invocation::Invocation;
use bytes::Bytes;
use http::Response;
use serde_json::Value;
use std::time::Duration;

/// A known fault.
pub struct Mutant {
    /// The name in the report.
    pub name: &'static str,
    /// What was wrong, or what would be wrong without some lines of the code.
    pub fault: &'static str,
    /// The names of the invariants that may find it. A violation of any other one says something else.
    pub found_by: &'static [&'static str],
    /// A fault that several lines of the code prevent has a change for each of them.
    changes: &'static [Change],
    /// Rare faults of the world that happen each time, so that few runs show what does not stand them. Alone, they
    /// violate nothing.
    helpers: &'static [Helper],
}

/// How a fault shows on the wire. Each function tells whether it changed anything.
enum Change {
    /// A write of DynamoDB: one of a transaction, or a call of its own.
    Write(fn(&mut Write<'_>) -> bool),
    /// The whole request of an operation of DynamoDB or SQS.
    Request(fn(&Exchange<'_>, &mut Value) -> bool),
    /// The answer to an operation of DynamoDB.
    Answer(fn(&Exchange<'_>, &mut Value) -> bool),
    /// Every failure that a function reports for a message of a queue is left out.
    Batch,
}

/// A fault of the world that happens each time.
enum Helper {
    /// A call of any service takes effect, and its answer is lost.
    AnswerLost(fn(&Exchange<'_>) -> bool),
    /// Each message of a queue is visible again after this time, while it is being handled.
    Redelivery(&'static str, Duration),
}

/// A call.
struct Exchange<'e> {
    /// What the caller does: an operation of the API, or the kind of a message. Empty outside any invocation.
    work: &'static str,
    /// The number of the caller's invocation.
    invocation: u64,
    /// The operation, such as `GetItem`; the method and the path where a service has no names.
    operation: &'e str,
    /// Whether the client sends the call again, because it got no answer or was refused.
    is_repeated: bool,
    /// The request as it was sent. A change of the request gets it apart.
    request: &'e Value,
}

/// A write of DynamoDB. The kind is `Put`, `Update`, `Delete` or `ConditionCheck`.
struct Write<'w> {
    kind: &'w str,
    content: &'w mut Value,
}

/// Every mutant.
pub const ALL: [&Mutant; 20] = [
    &campaign::CLAIM_WITHOUT_LEASE,
    &campaign::CLAIM_WITHOUT_INSTANT,
    &campaign::RECEIPT_COUNTED_TWICE,
    &coupon::COUNTER_REPEATED,
    &coupon::USED_WITHOUT_LIMIT,
    &ledger::ENTRY_FORGOTTEN,
    &ledger::REQUEST_REPEATED,
    &member::MOBILE_TAKEN,
    &member::MERGE_NOTES_FORGOTTEN,
    &member::PERSON_OVERWRITTEN,
    &purchase::CANCELLED_FOR_ANOTHER,
    &purchase::RECORDED_TWICE,
    &purchase::RETURNED_TWICE,
    &purchase::STALE_ACCOUNT,
    &queue::FAILURES_ACKNOWLEDGED,
    &queue::MESSAGE_NOT_SENT,
    &queue::RANGES_READ_LATE,
    &reward::CANCELLED_TWICE,
    &reward::STOCK_WITHOUT_LIMIT,
    &webhook::ENDPOINTS_FORGOTTEN,
];

impl Mutant {
    /// The mutant of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|mutant| mutant.name == name)
    }

    /// The faults of the world without the fault of the service. `None` where the mutant has none.
    #[must_use]
    pub fn control(&self) -> Option<Self> {
        let Self { name, fault, found_by, helpers, .. } = *self;
        (!helpers.is_empty()).then_some(Self { name, fault, found_by, changes: &[], helpers })
    }

    /// Rewrites a call. Tells whether it changed anything.
    pub(crate) fn rewrite(&self, call: &mut Call) -> bool {
        if !matches!(call.service, Service::DynamoDb | Service::Sqs) {
            return false;
        }
        let Ok(mut request) = serde_json::from_slice::<Value>(call.request.body()) else {
            return false;
        };
        let mut is_changed = false;
        for change in self.changes {
            match change {
                Change::Write(change) => {
                    for_each_write(&call.operation, &mut request, |mut write| {
                        is_changed |= change(&mut write);
                    });
                }
                Change::Request(change) => {
                    let exchange = Exchange::of(call, &Value::Null);
                    is_changed |= change(&exchange, &mut request);
                }
                _ => {}
            }
        }
        if is_changed {
            *call.request.body_mut() = Bytes::from(request.to_string());
        }
        is_changed
    }

    /// Whether a function's report on a batch of messages is left out.
    pub(crate) fn hides_failures(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::Batch))
    }

    /// What happens to the delivery of each message of a queue.
    pub(crate) fn delivery(&self, queue: &str) -> Option<Delivery> {
        self.helpers.iter().find_map(|helper| match helper {
            Helper::Redelivery(of, after) if *of == queue => Some(Delivery::Expired(*after)),
            _ => None,
        })
    }

    /// Rewrites an answer. Tells whether it changed anything.
    pub(crate) fn rewrite_answer(&self, call: &Call, answer: &mut Response<Bytes>) -> bool {
        if call.service != Service::DynamoDb || !answer.status().is_success() {
            return false;
        }
        let changes = self.changes.iter().filter_map(|change| match change {
            Change::Answer(change) => Some(change),
            _ => None,
        });
        let mut changes = changes.peekable();
        if changes.peek().is_none() {
            return false;
        }
        let read = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap_or_default();
        let (request, mut content) = (read(call.request.body()), read(answer.body()));
        let exchange = Exchange::of(call, &request);
        let is_changed = changes.fold(false, |is, change| change(&exchange, &mut content) | is);
        if is_changed {
            *answer.body_mut() = Bytes::from(content.to_string());
        }
        is_changed
    }

    /// Whether the answer to a call is lost.
    pub(crate) fn loses_answer(&self, call: &Call) -> bool {
        let losses = self.helpers.iter().filter_map(|helper| match helper {
            Helper::AnswerLost(is_hit) => Some(is_hit),
            Helper::Redelivery(..) => None,
        });
        let mut losses = losses.peekable();
        losses.peek().is_some() && {
            let request = serde_json::from_slice(call.request.body()).unwrap_or_default();
            losses.any(|is_hit| is_hit(&Exchange::of(call, &request)))
        }
    }
}

impl<'e> Exchange<'e> {
    fn of(call: &'e Call, request: &'e Value) -> Self {
        let attempt = call.request.headers().get("amz-sdk-request");
        let attempt = attempt.and_then(|attempt| attempt.to_str().ok()).unwrap_or_default();
        let caller = Invocation::current();
        Self {
            work: caller.as_ref().map_or("", |caller| caller.operation),
            invocation: caller.map_or(0, |caller| caller.number),
            operation: &call.operation,
            is_repeated: !attempt.is_empty() && !attempt.starts_with("attempt=1;"),
            request,
        }
    }

    /// The partition key of the item that is read.
    fn read_pk(&self) -> &str {
        self.request["Key"]["pk"]["S"].as_str().unwrap_or_default()
    }
}

/// Changes the items of a batch of reads. Tells whether one of them was changed.
fn change_items(answer: &mut Value, change: impl Fn(&mut Value) -> bool) -> bool {
    let items = answer["Responses"][TABLE].as_array_mut().into_iter().flatten();
    items.fold(false, |is_changed, item| change(item) | is_changed)
}

/// Makes a consistent read an eventually consistent one.
fn read_late(request: &mut Value) -> bool {
    let is_strong = request["ConsistentRead"] == true;
    if is_strong {
        request["ConsistentRead"] = false.into();
    }
    is_strong
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

    /// Leaves an attribute out of the condition that a purchase is unchanged: present or absent.
    fn weaken_unchanged(&mut self, attribute: &str) -> bool {
        self.weaken_part(&format!("#was_{attribute} = :was_{attribute}"))
            || self.weaken_part(&format!("attribute_not_exists(#was_{attribute})"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invariants;
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn each_mutant_has_a_name_of_its_own_and_a_change() {
        let names: BTreeSet<&str> = ALL.iter().map(|mutant| mutant.name).collect();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|mutant| !mutant.changes.is_empty()));
    }

    #[test]
    fn each_mutant_names_invariants_that_may_find_it() {
        let invariants = invariants::ALL.map(|invariant| invariant.name);
        for mutant in ALL {
            assert!(!mutant.found_by.is_empty(), "{}", mutant.name);
            let unknown = mutant.found_by.iter().find(|name| !invariants.contains(name));
            assert_eq!(unknown, None, "{}", mutant.name);
        }
    }

    #[test]
    fn a_control_changes_nothing_of_the_service() {
        let controls: Vec<Mutant> = ALL.iter().filter_map(|mutant| mutant.control()).collect();
        assert!(!controls.is_empty());
        assert!(controls.iter().all(|control| control.changes.is_empty()));
    }

    #[test]
    fn an_attribute_is_left_out_of_a_condition_and_the_others_stay() {
        let of = |condition: &str| {
            let mut content = json!({"ConditionExpression": condition});
            let mut write = Write { kind: "Update", content: &mut content };
            let is_weak = write.weaken_unchanged("points");
            (is_weak, write.condition().to_owned())
        };
        let (is_weak, condition) = of("#was_points = :was_points AND #was_member = :was_member");
        let expected =
            format!("(#was_points = :was_points OR {ALWAYS}) AND #was_member = :was_member");
        assert_eq!((is_weak, condition), (true, expected));
        assert!(of("attribute_not_exists(#was_points)").0);
        assert!(!of("#was_points_reversed = :was_points_reversed").0);
    }

    #[test]
    fn each_write_of_a_transaction_is_seen() {
        let mut request = json!({"TransactItems": [
            {"Put": {"Item": {"pk": {"S": "a"}, "sk": {"S": "1"}}}},
            {"Update": {"Key": {"pk": {"S": "b"}, "sk": {"S": "2"}}}},
        ]});
        let mut seen = Vec::new();
        for_each_write("TransactWriteItems", &mut request, |write| {
            seen.push(format!("{} {} {}", write.kind, write.pk(), write.sk()));
        });
        assert_eq!(seen, ["Put a 1", "Update b 2"]);
    }
}
