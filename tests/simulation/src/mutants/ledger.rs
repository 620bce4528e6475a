//! Faults of the ledger.

use super::{Change, Mutant};

pub(super) const VISIT_REPEATED: Mutant = Mutant {
    name: "visit_repeated",
    fault: "A request that is sent again with its key is carried out again.",
    change: Change::Answer(|operation, request, answer| {
        let is_answer = request["Key"]["sk"]["S"] == "ANSWER";
        operation == "GetItem"
            && is_answer
            && answer.as_object_mut().is_some_and(|answer| answer.remove("Item").is_some())
    }),
};

pub(super) const ENTRY_FORGOTTEN: Mutant = Mutant {
    name: "entry_forgotten",
    fault: "A redemption takes points and leaves no entry in the ledger.",
    change: Change::Request(|operation, request| {
        let Some(writes) = request["TransactItems"].as_array_mut() else { return false };
        let before = writes.len();
        writes.retain(|write| write["Put"]["Item"]["kind"]["S"] != "adjustment");
        operation == "TransactWriteItems" && writes.len() < before && !writes.is_empty()
    }),
};
