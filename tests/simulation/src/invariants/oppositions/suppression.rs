//! The contacts of a person who objected are suppressed: no file enrols the person.

use crate::invariants::{Rest, stored_tenant};
use crate::known::State;
use crate::known::fact::Fact;
use crate::world::clock;
use domain::member::Email;
use domain::retention::{SUPPRESSED_MONTHS, Suppression, day_after, day_of};
use domain::{CardNumber, Mobile};
use serde_json::Value;
use store::{AnyContact, Scope, Tenant};

pub(super) async fn check(rest: &Rest, scope: &Scope) -> Vec<String> {
    let contacts = rest.known.read(|state| suppressed(state, scope.tenant()));
    if contacts.is_empty() {
        return Vec::new();
    }
    let found = match rest.store().suppressions(scope, &contacts, clock::now()).await {
        Ok(found) => found,
        Err(error) => return vec![format!("{}: {error}", scope.tenant())],
    };
    let is_free =
        |contact: &&AnyContact| !matches!(found.get(*contact), Some(Suppression::EveryRow(_)));
    let free = contacts.iter().filter(is_free);
    free.map(|contact| format!("{} suppressed {contact:?}, which is free", scope.tenant()))
        .collect()
}

/// The contacts of persons of a tenant that must be suppressed now.
fn suppressed(state: &State, tenant: Tenant) -> Vec<AnyContact> {
    let today = day_of(clock::now());
    let contacts = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::Suppressed { tenant: of, contacts } = &acknowledged.fact else { return None };
        let goes_on = today < day_after(day_of(acknowledged.sent_at), SUPPRESSED_MONTHS);
        (goes_on && stored_tenant(of) == Some(tenant)).then_some(contacts)
    });
    contacts.flat_map(read).collect()
}

fn read(contacts: &Value) -> impl Iterator<Item = AnyContact> {
    let text = |name: &str| contacts[name].as_str();
    let mobile = text("mobile").and_then(|text| Mobile::parse(text).ok()).map(AnyContact::mobile);
    let card =
        text("card_number").and_then(|text| CardNumber::parse(text).ok()).map(AnyContact::card);
    let email = text("email").and_then(|text| Email::parse(text).ok()).map(AnyContact::Email);
    mobile.into_iter().chain(card).chain(email)
}
