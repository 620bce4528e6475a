//! Faults of the work on queues.

use super::{Change, Mutant};

pub(super) const FAILURES_ACKNOWLEDGED: Mutant = Mutant {
    name: "failures_acknowledged",
    fault: "A message is deleted although its work failed.",
    change: Change::Batch,
};

pub(super) const MESSAGE_NOT_SENT: Mutant = Mutant {
    name: "message_not_sent",
    fault: "The message that continues a file is not sent.",
    change: Change::Request(|operation, request| {
        let is_range = request["QueueUrl"].as_str().is_some_and(|url| url.ends_with("/ranges"));
        let Some(entries) = request["Entries"].as_array_mut() else { return false };
        operation == "SendMessageBatch" && is_range && entries.len() > 1 && entries.pop().is_some()
    }),
};
