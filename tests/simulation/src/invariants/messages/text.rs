//! The text of a message has no name, mobile, card or address of another member, and no name of another merchant.
//!
//! The names of the population occur nowhere else, so a name in a text is that of a person.

use super::{LINK, linked};
use crate::invariants::Rest;
use crate::invariants::people::member_in;
use crate::known::State;
use crate::known::fact::Fact;
use crate::operations::person::{FIRST_NAMES, LAST_NAMES, Person, digits};
use crate::world::providers::SentMessage;
use platform::messages::Reference;
use std::collections::{BTreeMap, BTreeSet};

/// A member who may be the recipient of a message, or another one.
#[derive(Debug, Clone, Default)]
struct Member {
    merchant: String,
    names: BTreeSet<String>,
    contacts: BTreeSet<String>,
}

/// The members of every merchant, by their identifiers, and the names of the merchants.
#[derive(Default)]
struct Everybody {
    members: BTreeMap<String, Member>,
    merchants: BTreeMap<String, String>,
}

pub(super) async fn check(rest: &Rest) -> Vec<String> {
    if rest.sent.is_empty() {
        return Vec::new();
    }
    let mut violations = Vec::new();
    let mut everybody = rest.known.read(Everybody::of);
    for scope in rest.scopes(&mut violations).await {
        for member in rest.members(&scope, &mut violations).await {
            let (person, merchant) = (member.person, scope.tenant().merchant.to_string());
            let of = everybody.member(&person.id.to_string(), &merchant);
            let details = person.details;
            of.names.extend(details.first_name.into_iter().chain(details.last_name));
            of.contacts.insert(spelled(person.mobile.as_str()));
            of.contacts.extend(details.email.map(|email| email.as_str().to_owned()));
            of.contacts.extend(details.card.map(|card| card.as_str().to_owned()));
        }
    }
    violations.extend(rest.sent.iter().filter_map(|message| {
        let found = everybody.found_in(message)?;
        Some(format!("message {} to {} has {found}", message.number, message.to))
    }));
    violations
}

impl Everybody {
    /// Everybody that the outside world knows, with each contact that a member ever had.
    fn of(state: &State) -> Self {
        let merchants = state.merchants.iter();
        let merchants = merchants.map(|merchant| (merchant.id.clone(), merchant.name.clone()));
        let mut everybody = Self { merchants: merchants.collect(), ..Self::default() };
        for acknowledged in &state.acknowledged {
            match &acknowledged.fact {
                Fact::MemberKnown { tenant, member } => {
                    let of = everybody.member(&member.id, &tenant.merchant);
                    let person = Person(member.person);
                    of.names.extend([person.first_name(), person.last_name()].map(str::to_owned));
                    of.contacts.insert(spelled(&member.mobile));
                    of.contacts.extend(member.card.clone());
                    of.contacts.extend(member.email.clone());
                }
                Fact::MobileChanged { tenant, member, mobile } => {
                    let of = everybody.member(member, &tenant.merchant);
                    of.contacts.insert(spelled(mobile));
                }
                _ => {}
            }
        }
        for uncertain in &state.uncertain {
            let (Some(tenant), Some(mobile)) =
                (&uncertain.tenant, uncertain.body["mobile"].as_str())
            else {
                continue;
            };
            // The identifier of a member who may have been enrolled is not known.
            let member = member_in(&uncertain.path).map(str::to_owned);
            let id = member.unwrap_or_else(|| format!("step {}", uncertain.step));
            let of = everybody.member(&id, &tenant.merchant);
            of.contacts.insert(spelled(mobile));
            let names = ["first_name", "last_name"].map(|name| uncertain.body[name].as_str());
            of.names.extend(names.into_iter().flatten().map(str::to_owned));
        }
        everybody
    }

    fn member(&mut self, id: &str, merchant: &str) -> &mut Member {
        let member = self.members.entry(id.to_owned()).or_default();
        merchant.clone_into(&mut member.merchant);
        member
    }

    /// What a message has and must not have.
    fn found_in(&self, message: &SentMessage) -> Option<String> {
        let recipients = self.recipients(message)?;
        let text = without_link(message.html.as_ref().or(message.text.as_ref())?);
        let names = FIRST_NAMES.iter().map(|(name, _)| *name).chain(LAST_NAMES);
        let is_own = |word: &str| {
            recipients.iter().any(|own| own.names.contains(word) || own.contacts.contains(word))
        };
        let name = names.filter(|name| text.contains(name)).find(|name| !is_own(name));
        let contacts = self.members.values().flat_map(|other| &other.contacts);
        let contact = contacts
            .filter(|contact| text.contains(contact.as_str()))
            .find(|contact| !is_own(contact));
        let own = self.merchants.get(&recipients.first()?.merchant);
        let merchants = self.merchants.values().filter(|name| Some(*name) != own);
        let merchant = merchants.into_iter().find(|name| text.contains(name.as_str()));
        let found = name.or(contact.map(String::as_str)).or(merchant.map(String::as_str));
        found.map(|found| format!("{found} of somebody else: {text}"))
    }

    /// The members who may be the recipient: the one that the link names, or those of the merchant who had the mobile.
    fn recipients(&self, message: &SentMessage) -> Option<Vec<&Member>> {
        if let Some((_, member)) = linked(message) {
            return self.members.get(member).map(|member| vec![member]);
        }
        let merchant = Reference::parse(message.reference.as_deref()?)?.tenant.merchant.to_string();
        let to = digits(&message.to);
        let had_it = |member: &&Member| {
            let mut contacts = member.contacts.iter();
            member.merchant == merchant && contacts.any(|contact| to.ends_with(contact))
        };
        let found: Vec<_> = self.members.values().filter(had_it).collect();
        (!found.is_empty()).then_some(found)
    }
}

/// The digits that are the same in the national and in the international form of a mobile of France.
fn spelled(mobile: &str) -> String {
    let all = digits(mobile);
    let national = all.strip_prefix("33").filter(|rest| rest.len() == 9).unwrap_or(&all);
    national.trim_start_matches('0').to_owned()
}

/// A text without the path of its link, which is random.
fn without_link(text: &str) -> String {
    let Some((before, link)) = text.split_once(LINK) else { return text.to_owned() };
    let after = link.find('"').map_or("", |end| &link[end..]);
    format!("{before}{after}")
}

#[cfg(test)]
mod tests {
    use super::super::sms;
    use super::*;
    use domain::Instant;

    #[test]
    fn a_text_with_a_word_of_somebody_else_is_found() {
        let mut everybody = Everybody::default();
        let (one, other) = ("01KAT3V5B0R6Y2Z8X4W9Q1N7M3", "01KAT3V5B0R6Y2Z8X4W9Q1N7M5");
        everybody.merchants.insert(one.to_owned(), "Boutique Exemple".to_owned());
        everybody.merchants.insert(other.to_owned(), "Optique Exemple".to_owned());
        let recipient = everybody.member("a member", one);
        recipient.names.insert("Tancrède".to_owned());
        recipient.contacts.insert(spelled("06 39 98 00 12"));
        everybody.member("another one", one).contacts.insert(spelled("+33639980013"));
        let is_found =
            |text: &str| everybody.found_in(&sms(1, text, Instant::UNIX_EPOCH)).is_some();
        assert!(!is_found("Tancrède : soldes chez Boutique Exemple. STOP au 36200"));
        assert!(is_found("Wilhelmine : soldes"));
        assert!(is_found("Bonjour 0639980013 : soldes"));
        assert!(is_found("Bonjour : soldes chez Optique Exemple"));
    }
}
