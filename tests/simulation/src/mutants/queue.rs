//! Faults of the work on queues.

use super::{Change, Mutant};

pub(super) const FAILURES_ACKNOWLEDGED: Mutant = Mutant {
    name: "failures_acknowledged",
    fault: "A message is deleted although its work failed.",
    found_by: &["webhooks", "uploads", "campaigns", "coupons"],
    changes: &[Change::Batch],
    helpers: &[],
};

pub(super) const MESSAGE_NOT_SENT: Mutant = Mutant {
    name: "message_not_sent",
    fault: "The message that continues a file is not sent.",
    found_by: &["uploads"],
    changes: &[Change::Request(|exchange, request| {
        let is_range = request["QueueUrl"].as_str().is_some_and(|url| url.ends_with("/ranges"));
        let Some(entries) = request["Entries"].as_array_mut() else { return false };
        exchange.operation == "SendMessageBatch" && is_range && entries.pop().is_some()
    })],
    helpers: &[],
};

pub(super) const RANGES_READ_LATE: Mutant = Mutant {
    name: "ranges_read_late",
    fault: "The last range of a file reads without consistency which ranges are done, and does not end the file.",
    found_by: &["uploads"],
    changes: &[Change::Request(|exchange, request| {
        let is_of_ranges = request["ExpressionAttributeValues"].to_string().contains("#UPLOAD#");
        exchange.operation == "Query" && is_of_ranges && super::read_late(request)
    })],
    helpers: &[],
};
