//! The details of a person are those that were acknowledged last: the mobile, the card, and what a back office
//! corrected. Nothing is said of a detail that nobody changed, nor of a person who was ever merged.

use super::super::Rest;
use super::super::people::{People, member_in};
use super::super::timeline::{Event, is_possible};
use crate::known::fact::Fact;
use crate::known::{Acknowledged, State, Uncertain};
use domain::member::{Address, Email, Person};
use domain::{CardNumber, Mobile};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const MOBILE: &str = "mobile";
const CARD: &str = "card_number";
const CARD_BLOCKED: &str = "card_blocked";

/// The changes of one detail of one member.
type Changes = BTreeMap<(String, String), Vec<Event<Value>>>;

pub(super) async fn check(rest: &Rest) -> Vec<String> {
    let (mut violations, mut stored) = (Vec::new(), BTreeMap::new());
    for scope in rest.scopes(&mut violations).await {
        let members = rest.members(&scope, &mut violations).await.into_iter();
        stored
            .extend(members.map(|member| (member.person.id.to_string(), details(&member.person))));
    }
    rest.known.read(|state| {
        let people = People::of(state, &rest.items);
        let is_alone = |member: &str| !people.was_merged(member) && !people.may_be_erased(member);
        violations.extend(differences(state, &stored, is_alone));
    });
    violations
}

/// The details of a person, by the names of the API.
fn details(person: &Person) -> Value {
    let of = &person.details;
    json!({
        "mobile": person.mobile.as_str(),
        "card_number": of.card.as_ref().map(CardNumber::as_str),
        "card_blocked": person.card_is_blocked(),
        "email": of.email.as_ref().map(Email::as_str),
        "first_name": of.first_name,
        "last_name": of.last_name,
        "birth_date": of.birth_date.map(|day| day.to_string()),
        "address": address(&of.address),
    })
}

fn address(of: &Address) -> Value {
    let Address { street, complement, postcode, city, country } = of;
    let mut address = json!({
        "street": street, "complement": complement, "postcode": postcode, "city": city, "country": country,
    });
    if let Some(fields) = address.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    address
}

fn differences(
    state: &State,
    stored: &BTreeMap<String, Value>,
    is_alone: impl Fn(&str) -> bool,
) -> Vec<String> {
    let mut changes = Changes::new();
    for acknowledged in &state.acknowledged {
        add_acknowledged(&mut changes, acknowledged);
    }
    for uncertain in &state.uncertain {
        add_uncertain(&mut changes, uncertain, stored);
    }
    let different = changes.into_iter().filter_map(|((member, detail), changes)| {
        let is = &stored.get(&member)?[&detail];
        let is_different = is_alone(&member) && !is_possible(&changes, |left| left == is);
        is_different.then(|| format!("the {detail} of {member} is {is} after {changes:?}"))
    });
    different.collect()
}

fn add_acknowledged(changes: &mut Changes, acknowledged: &Acknowledged) {
    let (sent_at, at) = (acknowledged.sent_at, acknowledged.at);
    let mut add = |member: &str, detail: &str, left: Option<Value>| {
        let of = changes.entry((member.to_owned(), detail.to_owned())).or_default();
        of.push(Event { sent_at, at, left });
    };
    match &acknowledged.fact {
        Fact::MemberCorrected { member, details, .. } => {
            for (detail, left) in details.as_object().into_iter().flatten() {
                add(member, detail, Some(left.clone()));
            }
            // A card that the member has already stays blocked.
            if details.get(CARD).is_some() {
                add(member, CARD_BLOCKED, None);
            }
        }
        Fact::MobileChanged { member, mobile, .. } => {
            let mobile = Mobile::parse(mobile).ok().map(|mobile| mobile.as_str().into());
            add(member, MOBILE, mobile);
        }
        Fact::CardBlocked { member, is_blocked, .. } => {
            add(member, CARD_BLOCKED, Some((*is_blocked).into()));
        }
        // An enrolment gives a card to a member without one, and the answer does not say whether it did.
        Fact::CardReplaced { member, .. } if acknowledged.operation == "create_member" => {
            add(member, CARD, None);
            add(member, CARD_BLOCKED, None);
        }
        Fact::CardReplaced { member, card, .. } => {
            add(member, CARD, Some(card.as_str().into()));
            add(member, CARD_BLOCKED, Some(false.into()));
        }
        Fact::MemberKnown { member, .. } if member.card.is_some() => {
            add(&member.id, CARD, None);
            add(&member.id, CARD_BLOCKED, None);
        }
        _ => {}
    }
}

/// A request without a sure answer may have changed every detail that it names.
fn add_uncertain(changes: &mut Changes, uncertain: &Uncertain, stored: &BTreeMap<String, Value>) {
    let (sent_at, at) = (uncertain.sent_at, uncertain.at);
    let mut add = |member: &str, detail: &str| {
        let of = changes.entry((member.to_owned(), detail.to_owned())).or_default();
        of.push(Event { sent_at, at, left: None });
    };
    if uncertain.operation == "create_member" && uncertain.body[CARD].is_string() {
        let card = &uncertain.body[CARD];
        for (member, _) in stored.iter().filter(|(_, details)| details[CARD] == *card) {
            add(member, CARD);
            add(member, CARD_BLOCKED);
        }
    }
    let Some(member) = member_in(&uncertain.path) else { return };
    match uncertain.operation {
        "correct_member" | "change_mobile" | "replace_card" => {
            for detail in uncertain.body.as_object().into_iter().flat_map(|body| body.keys()) {
                add(member, detail);
            }
            add(member, CARD_BLOCKED);
        }
        "block_card" | "unblock_card" => add(member, CARD_BLOCKED),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::merchant::Tenant;
    use domain::Instant;
    use store::Mode;

    #[test]
    fn a_correction_that_is_not_stored_is_found() {
        let at = |second| Instant::from_second(second).unwrap();
        let corrected = |second, details: Value| Acknowledged {
            step: 1,
            operation: "correct_member",
            sent_at: at(second),
            at: at(second),
            fact: Fact::MemberCorrected {
                tenant: Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live },
                member: "a member".to_owned(),
                details,
                card: None,
                email: None,
            },
        };
        let state = State {
            acknowledged: vec![
                corrected(1, json!({"birth_date": "1980-01-31"})),
                corrected(2, json!({"birth_date": null})),
            ],
            ..State::default()
        };
        let of = |stored: Value| {
            let details = json!({"birth_date": stored});
            let stored = BTreeMap::from([("a member".to_owned(), details)]);
            differences(&state, &stored, |_| true).len()
        };
        assert_eq!(of(Value::Null), 0);
        assert_eq!(of("1980-01-31".into()), 1);
    }
}
