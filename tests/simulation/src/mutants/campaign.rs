//! Faults of campaigns.

use super::{Change, Helper, Mutant, change_items};
use serde_json::json;
use std::time::Duration;

/// The messages that a sender handles.
const SENDS: &str = "sends";

pub(super) const CLAIM_WITHOUT_LEASE: Mutant = Mutant {
    name: "claim_without_lease",
    fault: "Two senders claim one batch: no lease keeps the second one out, and no later step asks who has the batch. \
            Each message of the queue is delivered twice at once.",
    found_by: &["messages"],
    changes: &[
        Change::Answer(|exchange, answer| {
            exchange.work == SENDS
                && change_items(answer, |item| {
                    let is_leased = item.get("lease_until").is_some();
                    if is_leased {
                        item["lease_until"] = json!({"N": "0"});
                    }
                    is_leased
                })
        }),
        Change::Write(|write| {
            write.sk().starts_with("SENDING#") && !write.condition().is_empty() && write.weaken()
        }),
    ],
    helpers: &[Helper::Redelivery(SENDS, Duration::from_millis(20))],
};

pub(super) const CLAIM_WITHOUT_INSTANT: Mutant = Mutant {
    name: "claim_without_instant",
    fault: "A claim does not say when the provider was first called, and does not check it. Every second invocation loses the answer of \
            the provider of SMS, which knows no keys.",
    found_by: &["messages"],
    changes: &[
        Change::Answer(|exchange, answer| {
            exchange.work == SENDS
                && change_items(answer, |item| {
                    let fields = item.as_object_mut();
                    fields.is_some_and(|fields| fields.remove("first_attempt_at").is_some())
                })
        }),
        Change::Write(|write| {
            write.sk().starts_with("SENDING#")
                && write.weaken_part("attribute_not_exists(first_attempt_at)")
        }),
    ],
    helpers: &[Helper::AnswerLost(|exchange| {
        let is_sms = exchange.operation.starts_with("POST");
        let is_sms = is_sms && exchange.operation.ends_with("/batches");
        is_sms && exchange.invocation.is_multiple_of(2)
    })],
};

pub(super) const RECEIPT_COUNTED_TWICE: Mutant = Mutant {
    name: "receipt_counted_twice",
    fault: "A receipt that comes twice is counted twice. Each receipt comes twice.",
    found_by: &["campaigns"],
    changes: &[Change::Write(|write| write.condition() == "#state = :over" && write.weaken())],
    helpers: &[Helper::Redelivery("outcomes", Duration::from_millis(20))],
};
