//! No two members of a tenant have the same mobile or the same card. The number of a blocked card is never given again.

use super::{Invariant, Rest};
use domain::{MemberId, Person};
use std::collections::BTreeMap;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "contacts", check: |rest| Box::pin(async move { check(rest).await }) };

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = Vec::new();
    for scope in rest.scopes(&mut violations).await {
        let members = rest.members(&scope, &mut violations).await;
        let contacts = members.iter().flat_map(|member| {
            let contacts = contacts(&member.person);
            contacts.map(|contact| (contact, member.person.id))
        });
        violations.extend(shared(contacts).map(|shared| format!("{}: {shared}", scope.tenant())));
    }
    violations
}

/// The contacts that only one member has. A family shares an e-mail address.
fn contacts(person: &Person) -> impl Iterator<Item = String> {
    let cards = person.details.card.iter().chain(&person.blocked_cards);
    let cards = cards.map(|card| format!("card {}", card.as_str()));
    std::iter::once(format!("mobile {}", person.mobile.as_str())).chain(cards)
}

/// The contacts that two members have.
fn shared(contacts: impl Iterator<Item = (String, MemberId)>) -> impl Iterator<Item = String> {
    let mut holders = BTreeMap::new();
    contacts.filter_map(move |(contact, member)| {
        let what = contact.clone();
        let first = *holders.entry(contact).or_insert(member);
        (first != member).then(|| format!("{first} and {member} have the {what}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_of_two_members_is_found() {
        let id = |text| MemberId::parse(text).unwrap();
        let (one, other) = (id("01KAT3V5B0R6Y2Z8X4W9Q1N7M3"), id("01KAT3V5B0R6Y2Z8X4W9Q1N7M5"));
        let count = |contacts: &[(&str, MemberId)]| {
            let contacts =
                contacts.iter().map(|(contact, member)| ((*contact).to_owned(), *member));
            shared(contacts).count()
        };
        assert_eq!(count(&[("card 1", one), ("card 2", one), ("card 1", one)]), 0);
        assert_eq!(count(&[("card 1", one), ("mobile 1", other), ("card 1", other)]), 1);
    }
}
