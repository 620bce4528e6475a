//! An endpoint that is on received every event that it subscribes to, at least once; and it received nothing of
//! another merchant.

use super::{Invariant, Rest, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::world::endpoints::ReceivedEvent;
use domain::Instant;
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{Mode, Tenant};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "webhooks", check: |rest| Box::pin(async move { check(rest).await }) };

/// An instance knows a change of an endpoint a minute later at the latest. The invocation that read the old terms may
/// take two minutes more.
const KNOWN_AFTER: SignedDuration = SignedDuration::from_mins(3);

/// An endpoint, as the table has it.
struct Endpoint<'i> {
    id: &'i str,
    tenant: Tenant,
    item: &'i Value,
}

async fn check(rest: &Rest) -> Vec<String> {
    let (items, received) = (rest.world.items(), rest.world.received_events());
    let mut violations = Vec::new();
    let going_on: Vec<Tenant> =
        rest.scopes(&mut violations).await.iter().map(store::Scope::tenant).collect();
    let endpoints = items.iter().filter_map(Endpoint::of);
    let endpoints: Vec<Endpoint<'_>> =
        endpoints.filter(|endpoint| going_on.contains(&endpoint.tenant)).collect();
    rest.known.read(|state| {
        // A change that was given up became no event, or an event that was not posted.
        if !rest.world.lost_changes().is_empty() {
            return;
        }
        for endpoint in &endpoints {
            violations.extend(endpoint.problems(state, &items, &received));
        }
        violations.extend(of_others(state, &items, &received));
    });
    violations
}

impl<'i> Endpoint<'i> {
    fn of(item: &'i Value) -> Option<Self> {
        let (tenant, _) = tenant_of(item).filter(|(_, rest)| *rest == "WEBHOOKS")?;
        let mode = Mode::parse(text(item, "data"))?;
        Some(Self { id: text(item, "id"), tenant: Tenant { mode, ..tenant }, item })
    }

    fn problems(&self, state: &State, items: &[Value], received: &[ReceivedEvent]) -> Vec<String> {
        let id = self.id;
        if self.item.get("turned_off").is_some() {
            return Vec::new();
        }
        if self.item.get("waiting_since").is_some() {
            let since = text(self.item, "waiting_since");
            return vec![format!("the endpoint {id} is on, and events wait since {since}")];
        }
        let urls = urls(state, id);
        let posted: BTreeSet<&str> = received
            .iter()
            .filter(|event| urls.contains(event.url.as_str()))
            .map(|event| event.id.as_str())
            .collect();
        let Some(changed_at) = changed_at(state, id) else { return Vec::new() };
        let words = self.item["events"]["L"].as_array().into_iter().flatten();
        let kinds: BTreeSet<&str> = words.filter_map(|kind| kind["S"].as_str()).collect();
        let gets_files = self.item["file_events"]["BOOL"] == true;
        let missing = items.iter().filter_map(|event| {
            let (tenant, rest) = tenant_of(event)?;
            let is_wanted = tenant == self.tenant
                && rest.starts_with("EVENT#")
                && kinds.contains(text(event, "kind"))
                && (gets_files || event["file"]["BOOL"] != true);
            let (at, name) = text(event, "sk").split_once('#')?;
            let at: Instant = at.parse().ok()?;
            let is_missing = is_wanted && at > changed_at + KNOWN_AFTER && !posted.contains(name);
            is_missing.then(|| {
                format!("the endpoint {id} did not get {name}, a {} of {at}", text(event, "kind"))
            })
        });
        missing.collect()
    }
}

/// The addresses that an endpoint ever had, as far as the operator knows.
fn urls<'s>(state: &'s State, id: &str) -> BTreeSet<&'s str> {
    let puts = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::WebhookPut { webhook, .. } = &acknowledged.fact else { return None };
        (webhook.id == id).then_some(webhook.url.as_str())
    });
    let uncertain = state.uncertain.iter().filter(|uncertain| uncertain.path.contains(id));
    puts.chain(uncertain.filter_map(|uncertain| uncertain.body["url"].as_str())).collect()
}

/// When an endpoint was created or changed for the last time; `None` for one that the operator does not know.
fn changed_at(state: &State, id: &str) -> Option<Instant> {
    let puts = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::WebhookPut { webhook, .. } = &acknowledged.fact else { return None };
        (webhook.id == id).then_some(acknowledged.at)
    });
    let uncertain = state.uncertain.iter().filter(|uncertain| uncertain.path.contains(id));
    let uncertain: Vec<Instant> = uncertain.map(|uncertain| uncertain.at).collect();
    puts.max().map(|at| uncertain.into_iter().fold(at, Instant::max))
}

/// Events that an endpoint of another merchant received.
fn of_others(state: &State, items: &[Value], received: &[ReceivedEvent]) -> Vec<String> {
    let events = items.iter().filter_map(|item| {
        let (tenant, rest) = tenant_of(item)?;
        let (_, id) = text(item, "sk").split_once('#').filter(|_| rest.starts_with("EVENT#"))?;
        Some((id, (tenant, text(item, "body"))))
    });
    let events: BTreeMap<&str, (Tenant, &str)> = events.collect();
    let mut violations = Vec::new();
    for ReceivedEvent { url, id, body } in received {
        let Some((tenant, stored)) = events.get(id.as_str()) else { continue };
        let owners = state.merchants.iter().filter(|merchant| {
            merchant.webhooks.iter().any(|webhook| urls(state, &webhook.id).contains(url.as_str()))
        });
        let mut owners = owners.map(|merchant| merchant.id.clone()).peekable();
        if owners.peek().is_some() && !owners.any(|owner| owner == tenant.merchant.to_string()) {
            violations.push(format!("{url} got {id} of {tenant}"));
        }
        if body != stored {
            violations.push(format!("{url} got {id} as {body}, stored is {stored}"));
        }
    }
    violations
}
