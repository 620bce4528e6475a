//! Faults of rewards.

use super::{Change, Mutant};
use serde_json::json;

/// The operation that cancels a redemption.
const CANCELLATION: &str = "cancel_redemption";

pub(super) const STOCK_WITHOUT_LIMIT: Mutant = Mutant {
    name: "stock_without_limit",
    fault: "Two redemptions take the last piece of a stock.",
    changes: &[Change::Write(|write| {
        write.condition().contains("given < :limit") && write.weaken()
    })],
};

pub(super) const CANCELLED_TWICE: Mutant = Mutant {
    name: "cancelled_twice",
    fault: "A redemption that is cancelled twice gives its points back twice: neither the read nor the write sees that \
            it is cancelled. Each cancellation is carried out without an answer, so that the till repeats it.",
    changes: &[
        Change::AnswerLost(|exchange| {
            exchange.work == CANCELLATION && exchange.operation == "TransactWriteItems"
        }),
        Change::Answer(|exchange, answer| {
            let items = answer["Responses"][crate::world::TABLE].as_array_mut();
            let is_cancelled = |item: &&mut serde_json::Value| {
                item["kind"]["S"] == "redemption" && item["state"]["S"] == "cancelled"
            };
            let mut is_changed = false;
            for item in items.into_iter().flatten().filter(is_cancelled) {
                if exchange.work == CANCELLATION {
                    item["state"] = json!({"S": "requested"});
                    is_changed = true;
                }
            }
            is_changed
        }),
        Change::Write(|write| write.condition() == "#state = :before" && write.weaken()),
    ],
};
