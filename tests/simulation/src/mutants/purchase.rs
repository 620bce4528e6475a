//! Faults of purchases.

use super::{Change, Mutant};

pub(super) const CANCELLED_FOR_ANOTHER: Mutant = Mutant {
    name: "cancelled_for_another",
    fault: "The cancellation of a sale does not check that the sale still belongs to the same member. The condition on \
            its points, which an attachment changes too, is left out as well.",
    found_by: &["counters", "ledger"],
    changes: &[Change::Write(|write| {
        let is_cancellation =
            write.sk() == "PURCHASE" && write.content.to_string().contains("cancelled_at");
        is_cancellation && (write.weaken_unchanged("member") | write.weaken_unchanged("points"))
    })],
    helpers: &[],
};

pub(super) const RECORDED_TWICE: Mutant = Mutant {
    name: "recorded_twice",
    fault: "A receipt that is there already is written again.",
    found_by: &["counters", "ledger"],
    changes: &[Change::Write(|write| {
        write.kind == "Put"
            && write.sk() == "PURCHASE"
            && write.condition() == "attribute_not_exists(pk)"
            && write.weaken()
    })],
    helpers: &[],
};

pub(super) const RETURNED_TWICE: Mutant = Mutant {
    name: "returned_twice",
    fault: "Two returns of one sale at the same time do not see each other.",
    found_by: &["counters", "ledger"],
    changes: &[Change::Write(|write| {
        write.kind == "Update"
            && write.sk() == "PURCHASE"
            && (write.weaken_unchanged("returned") | write.weaken_unchanged("points_reversed"))
    })],
    helpers: &[],
};

pub(super) const STALE_ACCOUNT: Mutant = Mutant {
    name: "stale_account",
    fault: "A sale writes the account that it read, whoever wrote it since.",
    found_by: &["counters", "ledger"],
    changes: &[Change::Write(|write| {
        write.sk().ends_with("#ACCOUNT") && write.condition() == "v = :v" && write.weaken()
    })],
    helpers: &[],
};
