//! Faults of the ledger.

use super::{Change, Mutant};

pub(super) const REQUEST_REPEATED: Mutant = Mutant {
    name: "request_repeated",
    fault: "A request that is sent again with its key is carried out again: the stored answer is neither read nor kept.",
    found_by: &["repeats"],
    changes: &[
        Change::Answer(|exchange, answer| {
            exchange.request["Key"]["sk"]["S"] == "ANSWER"
                && answer.as_object_mut().is_some_and(|answer| answer.remove("Item").is_some())
        }),
        Change::Write(|write| write.sk() == "ANSWER" && write.weaken()),
    ],
    helpers: &[],
};

pub(super) const ENTRY_FORGOTTEN: Mutant = Mutant {
    name: "entry_forgotten",
    fault: "An adjustment changes the balance and leaves no entry in the ledger.",
    found_by: &["acknowledged", "ledger"],
    changes: &[Change::Request(|exchange, request| {
        let Some(writes) = request["TransactItems"].as_array_mut() else { return false };
        let before = writes.len();
        writes.retain(|write| write["Put"]["Item"]["kind"]["S"] != "adjustment");
        exchange.operation == "TransactWriteItems" && writes.len() < before && !writes.is_empty()
    })],
    helpers: &[],
};
