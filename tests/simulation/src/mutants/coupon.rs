//! Faults of coupons.

use super::{Change, Helper, Mutant};
use serde_json::{Value, json};

pub(super) const USED_WITHOUT_LIMIT: Mutant = Mutant {
    name: "used_without_limit",
    fault: "A coupon is used without a look at its uses: neither the check of the basket nor the write sees them.",
    found_by: &["coupons"],
    changes: &[
        Change::Answer(|exchange, answer| {
            let is_use = matches!(exchange.work, "create_purchase" | "dry_run_purchase");
            let is_coupon = exchange.read_pk().contains("#COUPON#");
            let is_counted = answer["Item"].get("uses").is_some();
            if is_use && is_coupon && is_counted {
                answer["Item"]["uses"] = json!({"N": "0"});
            }
            is_use && is_coupon && is_counted
        }),
        Change::Write(|write| {
            write.kind == "Update"
                && write.pk().contains("#COUPON#")
                && write.weaken_part("uses < :limit")
        }),
    ],
    helpers: &[],
};

pub(super) const COUNTER_REPEATED: Mutant = Mutant {
    name: "counter_repeated",
    fault: "A call that adds to a counter has no token and no condition: one whose answer was lost adds twice. The first \
            answer is always lost.",
    found_by: &["counters", "coupons", "rewards"],
    changes: &[
        // The first call is as it was: only what is sent again lacks its defences.
        Change::Request(|exchange, request| {
            if !exchange.is_repeated || !is_counting(request) {
                return false;
            }
            super::for_each_write(exchange.operation, request, |mut write| {
                if !write.condition().is_empty() {
                    write.weaken();
                }
            });
            let fields = request.as_object_mut();
            fields.is_some_and(|fields| fields.remove("ClientRequestToken").is_some())
        }),
    ],
    helpers: &[Helper::AnswerLost(|exchange| {
        !exchange.is_repeated && is_counting(exchange.request)
    })],
};

/// Whether a transaction adds to a counter.
fn is_counting(request: &Value) -> bool {
    let adds = |write: &Value| {
        let update = write["Update"]["UpdateExpression"].as_str().unwrap_or_default();
        update.contains("ADD ") || update.contains("uses + :one")
    };
    request["TransactItems"].as_array().is_some_and(|writes| writes.iter().any(adds))
}
