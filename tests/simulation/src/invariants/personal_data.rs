//! No log line, no key of an item and no group of a message holds personal data or a secret.

use super::{Invariant, Rest, text};
use crate::known::State;
use crate::operations::person::{FIRST_NAMES, LAST_NAMES};
use crate::world::OPERATOR_KEY;
use std::collections::BTreeSet;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "personal_data", check: |rest| Box::pin(async move { check(rest) }) };

/// What the mobiles and addresses of the simulation have in common, in every notation of a mobile.
const CONTACTS: [&str; 6] =
    ["063998", "0639 98", "06 39 98", "06.39.98", "3363998", "@example.com"];
/// The attributes that are keys of the table or of an index.
const KEYS: [&str; 6] = ["pk", "sk", "member", "instant", "due_bucket", "due_at"];

fn check(rest: &Rest) -> Vec<String> {
    let needles = rest.known.read(needles);
    let items = rest.world.items();
    let keys = items.iter().flat_map(|item| KEYS.map(|name| text(item, name).to_owned()));
    let places = keys.chain(rest.world.queue_groups()).chain(rest.log.lines());
    let places: BTreeSet<String> = places.collect();
    found(&places, &needles)
}

fn found(places: &BTreeSet<String>, needles: &BTreeSet<String>) -> Vec<String> {
    let holds =
        |place: &String| needles.iter().find(|needle| place.contains(needle.as_str())).cloned();
    let found = places.iter().filter_map(|place| Some((holds(place)?, place)));
    found.map(|(needle, place)| format!("{needle} is in {place}")).collect()
}

/// Everything that must be nowhere: contacts, names, cards and secrets.
fn needles(state: &State) -> BTreeSet<String> {
    let names = FIRST_NAMES.into_iter().flat_map(|(name, plain)| [name, plain]).chain(LAST_NAMES);
    let fixed = CONTACTS.into_iter().chain(names).chain([OPERATOR_KEY]);
    let mut needles: BTreeSet<String> = fixed.map(str::to_owned).collect();
    for merchant in &state.merchants {
        needles.extend(merchant.keys.iter().map(|key| key.secret.clone()));
        needles.extend(merchant.webhooks.iter().flat_map(|webhook| webhook.secrets.clone()));
        let members = merchant.live.members.iter().chain(&merchant.test.members);
        needles.extend(members.filter_map(|member| member.card.clone()));
    }
    needles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_with_a_name_or_a_mobile_is_found() {
        let needles = needles(&State::default());
        let found = |line: &str| found(&BTreeSet::from([line.to_owned()]), &needles).len();
        assert_eq!(found(r#"{"level":"INFO","message":"created","member":"01KAT3V5B0"}"#), 0);
        assert_eq!(found(r#"{"level":"WARN","message":"no member has +33639980012"}"#), 1);
        assert_eq!(found(r#"{"level":"WARN","message":"Quasimodo"}"#), 1);
    }
}
