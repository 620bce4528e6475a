//! No log line, no key of an item or of an object, and no group of a message holds personal data or a secret.

use super::{Invariant, Rest, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::operations::person::{FIRST_NAMES, LAST_NAMES};
use crate::world::providers::SECRETS;
use crate::world::{OPERATOR_KEY, VAULT_SECRET};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "personal_data", check: |rest| Box::pin(async move { check(rest) }) };

/// What the mobiles and addresses of the simulation have in common, in every notation of a mobile.
const CONTACTS: [&str; 6] =
    ["063998", "0639 98", "06 39 98", "06.39.98", "3363998", "@example.com"];
/// What only an address of a member and a text of a person have.
const WORDS: [&str; 2] = ["rue des Lilas", "êtes-vous ouverts"];
/// The attributes that are keys of the table or of an index.
const KEYS: [&str; 6] = ["pk", "sk", "member", "instant", "due_bucket", "due_at"];

fn check(rest: &Rest) -> Vec<String> {
    let needles = rest.known.read(needles);
    let items = rest.world.items();
    let keys = items.iter().flat_map(|item| KEYS.map(|name| text(item, name).to_owned()));
    let objects = rest.world.archived().into_keys().chain(rest.known.read(uploads));
    let places = keys.chain(objects).chain(rest.world.queue_groups()).chain(rest.log.lines());
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
    let fixed = CONTACTS.into_iter().chain(WORDS).chain(names).chain([OPERATOR_KEY]);
    let mut needles: BTreeSet<String> = fixed.map(str::to_owned).collect();
    for merchant in &state.merchants {
        needles.extend(merchant.keys.iter().map(|key| key.secret.clone()));
        needles.extend(merchant.webhooks.iter().flat_map(|webhook| webhook.secrets.clone()));
    }
    let secrets = SECRETS.into_iter().map(|(_, secret)| secret).chain([VAULT_SECRET]);
    needles.extend(secrets.flat_map(secrets_in));
    needles
        .extend(state.acknowledged.iter().filter_map(|acknowledged| card_in(&acknowledged.fact)));
    needles.extend(state.uncertain.iter().filter_map(|uncertain| card_named(&uncertain.body)));
    needles
}

/// The values of a secret. A plan of a provider and the number of a key are no secrets.
fn secrets_in(secret: &str) -> Vec<String> {
    let fields: BTreeMap<String, String> = serde_json::from_str(secret).unwrap_or_default();
    let is_secret = |(name, _): &(String, String)| name != "plan" && name != "current";
    fields.into_iter().filter(is_secret).map(|(_, value)| value).collect()
}

/// The card that a fact tells of.
fn card_in(fact: &Fact) -> Option<String> {
    match fact {
        Fact::MemberKnown { member, .. } => member.card.clone(),
        Fact::MemberCorrected { card, .. } => card.clone(),
        Fact::CardReplaced { card, .. } => Some(card.clone()),
        Fact::Suppressed { contacts, .. } => card_named(contacts),
        Fact::PurchaseRecorded { purchase, .. } => card_named(&purchase.document),
        _ => None,
    }
}

/// The card that a body names, for its member or for the customer of a purchase.
fn card_named(body: &Value) -> Option<String> {
    let card = body["card_number"].as_str().or_else(|| body["member"]["card_number"].as_str());
    card.map(str::to_owned)
}

/// The keys of the files.
fn uploads(state: &State) -> Vec<String> {
    let data = state.merchants.iter().flat_map(|merchant| [&merchant.live, &merchant.test]);
    data.flat_map(|data| &data.uploads).map(|upload| upload.object.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Acknowledged;
    use crate::known::merchant::Tenant;
    use domain::Instant;
    use store::Mode;

    #[test]
    fn a_log_line_with_a_name_or_a_mobile_is_found() {
        let needles = needles(&State::default());
        let found = |line: &str| found(&BTreeSet::from([line.to_owned()]), &needles).len();
        assert_eq!(found(r#"{"level":"INFO","message":"created","member":"01KAT3V5B0"}"#), 0);
        assert_eq!(found(r#"{"level":"WARN","message":"no member has +33639980012"}"#), 1);
        assert_eq!(found(r#"{"level":"WARN","message":"Quasimodo"}"#), 1);
        assert_eq!(found(r#"{"level":"WARN","message":"no call with sandbox-token"}"#), 1);
        assert_eq!(
            found(r#"{"level":"WARN","message":"no key a master key of the simulation"}"#),
            1
        );
    }

    #[test]
    fn a_card_that_a_member_had_before_is_searched_for() {
        let replaced = |card: &str| Acknowledged {
            step: 1,
            operation: "replace_card",
            sent_at: Instant::UNIX_EPOCH,
            at: Instant::UNIX_EPOCH,
            fact: Fact::CardReplaced {
                tenant: Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live },
                member: "a member".to_owned(),
                card: card.to_owned(),
            },
        };
        let acknowledged = vec![replaced("2990000120001"), replaced("2990000120002")];
        let needles = needles(&State { acknowledged, ..State::default() });
        let line = r#"{"level":"INFO","message":"2990000120001"}"#.to_owned();
        assert_eq!(found(&BTreeSet::from([line]), &needles).len(), 1);
    }
}
