//! Faults of coupons.

use super::{Change, Mutant};

pub(super) const USED_WITHOUT_LIMIT: Mutant = Mutant {
    name: "used_without_limit",
    fault: "A coupon is used without a look at its uses.",
    change: Change::Write(|write| {
        write.kind == "Update"
            && write.pk().contains("#COUPON#")
            && write.condition().contains("uses")
            && write.weaken()
    }),
};
