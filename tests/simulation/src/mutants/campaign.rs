//! Faults of campaigns.

use super::{Change, Mutant};

pub(super) const CLAIM_WITHOUT_LEASE: Mutant = Mutant {
    name: "claim_without_lease",
    fault: "Two senders claim one batch.",
    change: Change::Write(|write| {
        write.sk().starts_with("SENDING#") && !write.condition().is_empty() && write.weaken()
    }),
};

pub(super) const CLAIM_WITHOUT_INSTANT: Mutant = Mutant {
    name: "claim_without_instant",
    fault: "A claim does not say when the provider was first called.",
    change: Change::Answer(|_, _, answer| {
        let mut is_changed = false;
        let groups = answer["Responses"]["zerosix"].as_array_mut().into_iter().flatten();
        for item in groups.filter_map(serde_json::Value::as_object_mut) {
            is_changed |= item.remove("first_attempt_at").is_some();
        }
        is_changed
    }),
};

pub(super) const RECEIPT_COUNTED_TWICE: Mutant = Mutant {
    name: "receipt_counted_twice",
    fault: "A receipt that comes twice is counted twice.",
    change: Change::Write(|write| write.condition() == "#state = :over" && write.weaken()),
};
