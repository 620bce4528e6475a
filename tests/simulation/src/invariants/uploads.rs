//! A file that was sent is read to its end.

use super::{Invariant, Rest, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use domain::UploadId;
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "uploads", check: |rest| Box::pin(async move { check(rest) }) };

/// The states of a file that arrived, and has no result.
const UNFINISHED: [&str; 2] = ["received", "running"];

fn check(rest: &Rest) -> Vec<String> {
    let items = rest.world.items();
    rest.known.read(|state| unfinished(state, &items))
}

fn unfinished(state: &State, items: &[Value]) -> Vec<String> {
    let sent = state.acknowledged.iter().filter_map(|acknowledged| match &acknowledged.fact {
        Fact::FileSent { upload, .. } => Some(upload.as_str()),
        _ => None,
    });
    let sent: BTreeSet<&str> = sent.collect();
    let uploads = items.iter().filter_map(|item| {
        let (tenant, _) = tenant_of(item).filter(|(_, rest)| *rest == "UPLOAD")?;
        let (_, id) = text(item, "sk").split_once('#')?;
        UploadId::parse(id).ok()?;
        // Nothing is read of a merchant whose contract has ended, not even where it goes on later.
        let goes_on = !may_have_ended(state, &tenant.merchant.to_string());
        goes_on.then_some((id, text(item, "progress")))
    });
    let unfinished = uploads.filter(|(id, progress)| {
        UNFINISHED.contains(progress) || (*progress == "awaiting_file" && sent.contains(id))
    });
    unfinished.map(|(id, progress)| format!("the file {id} is {progress}")).collect()
}

/// Whether the contract of a merchant may have ended at some instant.
fn may_have_ended(state: &State, merchant: &str) -> bool {
    let is_end = |fact: &Fact| matches!(fact, Fact::ContractEndPut { merchant: of, day: Some(_) } if of == merchant);
    let mut uncertain = state.uncertain.iter();
    state.acknowledged.iter().any(|acknowledged| is_end(&acknowledged.fact))
        || uncertain.any(|uncertain| {
            uncertain.path.contains(merchant) && uncertain.path.ends_with("/contract-end")
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_file_that_is_not_read_to_its_end_is_found() {
        let of = |progress: &str| {
            let item = json!({
                "pk": {"S": "M#01KAT3V5B0R6Y2Z8X4W9Q1N7M3#UPLOAD"},
                "sk": {"S": "paris#01KAT3V5B0R6Y2Z8X4W9Q1N7M4"},
                "progress": {"S": progress},
            });
            unfinished(&State::default(), &[item]).len()
        };
        assert_eq!(of("running"), 1);
        assert_eq!(of("finished"), 0);
        assert_eq!(of("awaiting_file"), 0);
    }
}
