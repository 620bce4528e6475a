//! Faults of webhooks.

use super::{Change, Mutant};

pub(super) const ENDPOINTS_FORGOTTEN: Mutant = Mutant {
    name: "endpoints_forgotten",
    fault: "Some batches of the stream are handled as if their merchants had no endpoint: the changes become no event.",
    found_by: &["webhooks"],
    changes: &[Change::Answer(|exchange, answer| {
        let values = exchange.request["ExpressionAttributeValues"].to_string();
        let is_of_endpoints = exchange.operation == "Query" && values.contains("#WEBHOOKS");
        let is_hit = exchange.work == "changes" && exchange.invocation.is_multiple_of(4);
        let Some(items) = answer["Items"].as_array_mut() else { return false };
        is_hit && is_of_endpoints && items.drain(..).count() > 0
    })],
    helpers: &[],
};
