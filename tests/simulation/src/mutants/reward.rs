//! Faults of rewards.

use super::{Change, Helper, Mutant, change_items};
use serde_json::json;

/// The operation that cancels a redemption.
const CANCELLATION: &str = "cancel_redemption";

pub(super) const STOCK_WITHOUT_LIMIT: Mutant = Mutant {
    name: "stock_without_limit",
    fault: "Two redemptions take the last piece of a stock.",
    found_by: &["rewards"],
    changes: &[Change::Write(|write| {
        write.condition().contains("given < :limit") && write.weaken()
    })],
    helpers: &[],
};

pub(super) const CANCELLED_TWICE: Mutant = Mutant {
    name: "cancelled_twice",
    fault: "A redemption that is cancelled twice gives its points back twice: neither the read nor the write sees that \
            it is cancelled. Each cancellation is carried out without an answer, so that the till repeats it.",
    found_by: &["ledger"],
    changes: &[
        Change::Answer(|exchange, answer| {
            exchange.work == CANCELLATION
                && change_items(answer, |item| {
                    let is_cancelled =
                        item["kind"]["S"] == "redemption" && item["state"]["S"] == "cancelled";
                    if is_cancelled {
                        item["state"] = json!({"S": "requested"});
                    }
                    is_cancelled
                })
        }),
        Change::Write(|write| write.condition() == "#state = :before" && write.weaken()),
    ],
    helpers: &[Helper::AnswerLost(|exchange| {
        exchange.work == CANCELLATION && exchange.operation == "TransactWriteItems"
    })],
};
