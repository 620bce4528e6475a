//! Faults of purchases.

use super::{Change, Mutant, Write};

pub(super) const CANCELLED_FOR_ANOTHER: Mutant = Mutant {
    name: "cancelled_for_another",
    fault: "The cancellation of a sale does not check that the sale still belongs to the same member.",
    change: Change::Write(|write| {
        let is_cancellation =
            write.sk() == "PURCHASE" && write.content.to_string().contains("cancelled_at");
        is_cancellation && weaken_member(write)
    }),
};

pub(super) const RECORDED_TWICE: Mutant = Mutant {
    name: "recorded_twice",
    fault: "A receipt that is there already is written again.",
    change: Change::Write(|write| {
        write.kind == "Put"
            && write.sk() == "PURCHASE"
            && write.condition() == "attribute_not_exists(pk)"
            && write.weaken()
    }),
};

pub(super) const RETURNED_TWICE: Mutant = Mutant {
    name: "returned_twice",
    fault: "Two returns of one sale do not see each other.",
    change: Change::Write(|write| {
        write.kind == "Update"
            && write.sk() == "PURCHASE"
            && write.weaken_part("#was_returned = :was_returned")
                | write.weaken_part("attribute_not_exists(#was_returned)")
    }),
};

pub(super) const STALE_ACCOUNT: Mutant = Mutant {
    name: "stale_account",
    fault: "A sale writes the account that it read, whoever wrote it since.",
    change: Change::Write(|write| {
        write.sk().ends_with("#ACCOUNT") && write.condition() == "v = :v" && write.weaken()
    }),
};

/// Both forms of the condition on the member: of a purchase with a customer, and of one without.
fn weaken_member(write: &mut Write<'_>) -> bool {
    write.weaken_part("#was_member = :was_member")
        || write.weaken_part("attribute_not_exists(#was_member)")
}
