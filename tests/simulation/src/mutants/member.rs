//! Faults of members.

use super::{Change, Mutant};
use crate::world::TABLE;
use serde_json::Value;

pub(super) const MOBILE_TAKEN: Mutant = Mutant {
    name: "mobile_taken",
    fault: "Two persons with one mobile become two members.",
    found_by: &["contacts"],
    changes: &[Change::Write(|write| {
        write.pk().contains("#CONTACT#MOBILE#")
            && write.sk() == "MEMBER"
            && write.kind == "Put"
            && write.weaken()
    })],
    helpers: &[],
};

pub(super) const MERGE_NOTES_FORGOTTEN: Mutant = Mutant {
    name: "merge_notes_forgotten",
    fault: "An erasure leaves the notes of merges, which name the member.",
    found_by: &["forgotten"],
    changes: &[Change::Request(|exchange, request| {
        let Some(writes) = request["RequestItems"][TABLE].as_array_mut() else { return false };
        let is_note = |write: &Value| {
            write["DeleteRequest"]["Key"]["sk"]["S"]
                .as_str()
                .is_some_and(|sk| sk.starts_with("LEDGER#"))
        };
        let before = writes.len();
        if exchange.operation != "BatchWriteItem" || writes.iter().all(is_note) {
            return false;
        }
        writes.retain(|write| !is_note(write));
        writes.len() < before
    })],
    helpers: &[],
};

pub(super) const PERSON_OVERWRITTEN: Mutant = Mutant {
    name: "person_overwritten",
    fault: "A correction of a person overwrites another one that came in between.",
    found_by: &["oppositions"],
    changes: &[Change::Write(|write| {
        write.sk().ends_with("#PERSON") && write.condition().contains("v = :v") && write.weaken()
    })],
    helpers: &[],
};
