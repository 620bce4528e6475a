//! A recipient gets at most one message of a campaign.

use super::{Invariant, Rest};
use crate::world::providers::SentMessage;
use std::collections::BTreeSet;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "messages", check: |rest| Box::pin(async move { check(rest) }) };

fn check(rest: &Rest) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let messages = rest.sent.iter();
    messages
        .filter_map(|message| {
            let campaign = campaign(message)?;
            let is_new = seen.insert((campaign.to_owned(), message.to.to_lowercase()));
            (!is_new).then(|| format!("{campaign} was sent to {} twice", message.to))
        })
        .collect()
}

/// The campaign of a message: its reference without the batch at the end, otherwise its first tag.
pub(super) fn campaign(message: &SentMessage) -> Option<&str> {
    match &message.reference {
        Some(reference) => Some(reference.rsplit_once('/').map_or(reference, |(path, _)| path)),
        None => message.tags.first().map(String::as_str),
    }
}
