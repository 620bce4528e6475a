//! Nobody gets a message after an opposition, until a later consent; and every opposition is stored: those that a till
//! or a back office stated, the texts of persons, and the contacts that were suppressed.
//!
//! The row of a message has the instant at which the invocation began that sent it. The invocation reads the consents
//! after that instant, so an opposition that was acknowledged before the instant was there to be read. A message of
//! a provider has the instant of its acceptance instead. The invocation began at most `send`'s time limit
//! earlier, because Lambda ends an invocation at its limit.

mod consented;
mod erasure;
mod history;
mod holders;
mod link;
mod stated;
mod stored;
mod suppression;
mod text;

use super::messages::time_limit;
use super::people::People;
use super::{Invariant, Rest, tenant_of};
use crate::world::providers::SentMessage;
use domain::{Channel, Instant, MemberId};
use serde_json::Value;
use store::Tenant;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "oppositions", check: |rest| Box::pin(async move { check(rest).await }) };

/// A message to a member, as the member's row tells it.
struct Row {
    member: String,
    channel: Channel,
    campaign: String,
    sent_at: Instant,
}

async fn check(rest: &Rest) -> Vec<String> {
    let rows: Vec<Row> = rest.items.iter().filter_map(row).collect();
    let mut violations = rest.known.read(|state| {
        let people = People::of(state, &rest.items);
        let stated = stated::check(state, &people, &rows);
        let pressed = link::check(state, &people, &rest.sent);
        let erased = erasure::check(state, &rest.items, &rest.sent);
        stated.into_iter().chain(pressed).chain(erased).collect::<Vec<_>>()
    });
    for scope in rest.scopes(&mut violations).await {
        violations.extend(history::check(rest, &scope, &rows).await);
        violations.extend(stored::check(rest, &scope).await);
        violations.extend(suppression::check(rest, &scope).await);
    }
    violations
}

fn row(item: &Value) -> Option<Row> {
    let (_, rest) = tenant_of(item)?;
    let campaign = super::text(item, "sk").strip_prefix("MESSAGE#")?;
    // A message that the provider refused reached nobody.
    (super::text(item, "state") != "refused").then_some(Row {
        member: rest.strip_prefix("MEMBER#")?.to_owned(),
        channel: Channel::parse(super::text(item, "channel"))?,
        campaign: campaign.to_owned(),
        sent_at: super::text(item, "sent_at").parse().ok()?,
    })
}

/// A member of a tenant that is part of no merge now.
fn unmerged(rest: &Rest, of: Tenant, id: &str) -> Option<MemberId> {
    let sk = format!("MEMBER#{id}#PERSON");
    let is_it = |item: &&Value| {
        super::text(item, "sk") == sk && tenant_of(item).is_some_and(|(tenant, _)| tenant == of)
    };
    let person = rest.items.iter().find(is_it)?;
    let is_alone =
        ["absorbed", "merged_into", "erased_on"].iter().all(|name| person.get(*name).is_none());
    is_alone.then(|| MemberId::parse(id).ok()).flatten()
}

fn is_of_merchant(message: &SentMessage, merchant: &str) -> bool {
    let has_reference = message.reference.as_ref().is_some_and(|text| text.contains(merchant));
    has_reference
        || message.html.as_ref().is_some_and(|html| html.contains(&format!("/u/{merchant}")))
}
