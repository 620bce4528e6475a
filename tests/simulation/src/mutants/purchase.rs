//! Faults of purchases.

use super::{Change, Mutant};
use serde_json::json;

pub(super) const CANCELLED_FOR_ANOTHER: Mutant = Mutant {
    name: "cancelled_for_another",
    fault: "A cancellation that read a sale before it was attached does not check that the sale still belongs to the \
            same member. The condition on its points, which the attachment changed too, is left out as well.",
    changes: &[
        // The answer is that of a read before the attachment.
        Change::Answer(|exchange, answer| {
            let is_attached = answer["Item"].get("attached_by").is_some()
                && answer["Item"].get("cancelled_at").is_none();
            let is_read = exchange.work == "cancel_purchase" && exchange.read_sk() == "PURCHASE";
            if is_read && is_attached {
                if let Some(sale) = answer["Item"].as_object_mut() {
                    sale.retain(|name, _| name != "member" && name != "attached_by");
                }
                answer["Item"]["points"] = json!({"N": "0"});
            }
            is_read && is_attached
        }),
        Change::Write(|write| {
            let is_cancellation =
                write.sk() == "PURCHASE" && write.content.to_string().contains("cancelled_at");
            is_cancellation && (write.weaken_unchanged("member") | write.weaken_unchanged("points"))
        }),
    ],
};

pub(super) const RECORDED_TWICE: Mutant = Mutant {
    name: "recorded_twice",
    fault: "A receipt that is there already is written again.",
    changes: &[Change::Write(|write| {
        write.kind == "Put"
            && write.sk() == "PURCHASE"
            && write.condition() == "attribute_not_exists(pk)"
            && write.weaken()
    })],
};

pub(super) const RETURNED_TWICE: Mutant = Mutant {
    name: "returned_twice",
    fault: "Two returns of one sale do not see each other: neither the read nor the conditions of the write notice the \
            other one.",
    changes: &[
        // The answer is that of a read before the first return.
        Change::Answer(|exchange, answer| {
            let is_read = exchange.work == "create_purchase" && exchange.read_sk() == "PURCHASE";
            let sale = answer["Item"].as_object_mut().filter(|_| is_read);
            sale.is_some_and(|sale| {
                let is_returned = sale.remove("returned").is_some();
                is_returned | sale.remove("points_reversed").is_some()
            })
        }),
        Change::Write(|write| {
            write.kind == "Update"
                && write.sk() == "PURCHASE"
                && (write.weaken_unchanged("returned") | write.weaken_unchanged("points_reversed"))
        }),
    ],
};

pub(super) const STALE_ACCOUNT: Mutant = Mutant {
    name: "stale_account",
    fault: "A sale writes the account that it read, whoever wrote it since.",
    changes: &[Change::Write(|write| {
        write.sk().ends_with("#ACCOUNT") && write.condition() == "v = :v" && write.weaken()
    })],
};
