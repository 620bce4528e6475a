//! Faults of rewards.

use super::{Change, Mutant};

pub(super) const STOCK_WITHOUT_LIMIT: Mutant = Mutant {
    name: "stock_without_limit",
    fault: "Two redemptions take the last piece of a stock.",
    change: Change::Write(|write| write.condition().contains("given < :limit") && write.weaken()),
};

pub(super) const CANCELLED_TWICE: Mutant = Mutant {
    name: "cancelled_twice",
    fault: "A redemption that is cancelled twice gives its points back twice.",
    change: Change::Write(|write| write.condition() == "#state = :before" && write.weaken()),
};
