//! An endpoint that is on received every event that it subscribes to, at least once; and it received nothing of
//! another merchant. Each change that an endpoint subscribes to became an event.

use super::{Invariant, Rest, tenant_of, tenant_of_key, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::world::change::event_id;
use crate::world::clock;
use crate::world::endpoints::ReceivedEvent;
use crate::world::expected_event::ExpectedEvent;
use crate::world::message::Message;
use domain::Instant;
use jiff::SignedDuration;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use store::{Mode, Tenant};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "webhooks", check: |rest| Box::pin(async move { check(rest).await }) };

/// An instance knows a change of an endpoint a minute later at the latest. The invocation that read the old terms may
/// take two minutes more.
const KNOWN_AFTER: SignedDuration = SignedDuration::from_mins(3);

/// Stored events expire after thirty days.
const KEPT: SignedDuration = SignedDuration::from_hours(29 * 24);

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
    let lost = lost(&rest.world.lost_changes());
    let is_lost = |event: &str| lost.contains(event);
    let expected = rest.world.expected_events();
    rest.known.read(|state| {
        for endpoint in &endpoints {
            violations.extend(endpoint.problems(state, &items, &received, is_lost));
            violations.extend(endpoint.without_event(state, &items, &expected, is_lost));
        }
        violations.extend(of_others(state, &items, &received));
    });
    violations
}

/// The events of the changes that were given up: they were not stored, or stored and not posted.
fn lost(letters: &[Message]) -> BTreeSet<String> {
    let bodies = letters.iter().map(|letter| serde_json::from_str(&letter.body));
    let bodies: Vec<Value> = bodies.map(Result::unwrap_or_default).collect();
    let numbers = bodies.iter().filter_map(|body| body["records"].as_array()).flatten();
    numbers.filter_map(|number| Some(event_of(number.as_str()?.parse().ok()?))).collect()
}

/// The identifier of the event that a change becomes: half of the hash of the stream's own identifier.
fn event_of(number: u64) -> String {
    let digest = Sha256::digest(event_id(number).as_bytes());
    digest[..16].iter().fold("evt_".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl<'i> Endpoint<'i> {
    fn of(item: &'i Value) -> Option<Self> {
        let (tenant, _) = tenant_of(item).filter(|(_, rest)| *rest == "WEBHOOKS")?;
        let mode = Mode::parse(text(item, "data"))?;
        Some(Self { id: text(item, "id"), tenant: Tenant { mode, ..tenant }, item })
    }

    fn problems(
        &self,
        state: &State,
        items: &[Value],
        received: &[ReceivedEvent],
        is_lost: impl Fn(&str) -> bool,
    ) -> Vec<String> {
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
        let (kinds, gets_files) = self.subscription();
        let missing = items.iter().filter_map(|event| {
            let (tenant, rest) = tenant_of(event)?;
            let is_wanted = tenant == self.tenant
                && rest.starts_with("EVENT#")
                && kinds.contains(text(event, "kind"))
                && (gets_files || event["file"]["BOOL"] != true);
            let (at, name) = text(event, "sk").split_once('#')?;
            let at: Instant = at.parse().ok()?;
            let is_missing = is_wanted && at > changed_at + KNOWN_AFTER && !posted.contains(name);
            (is_missing && !is_lost(name)).then(|| {
                format!("the endpoint {id} did not get {name}, a {} of {at}", text(event, "kind"))
            })
        });
        missing.collect()
    }

    /// The kinds of events that the endpoint gets, and whether it gets those of files.
    fn subscription(&self) -> (BTreeSet<&str>, bool) {
        let words = self.item["events"]["L"].as_array().into_iter().flatten();
        let kinds = words.filter_map(|kind| kind["S"].as_str()).collect();
        (kinds, self.item["file_events"]["BOOL"] == true)
    }

    /// The changes that the endpoint subscribes to and that became no event. An event is stored also while the
    /// endpoint is off, and for a merchant whose contract has not ended.
    fn without_event(
        &self,
        state: &State,
        items: &[Value],
        expected: &[ExpectedEvent],
        is_lost: impl Fn(&str) -> bool,
    ) -> Vec<String> {
        let (id, (kinds, gets_files)) = (self.id, self.subscription());
        let Some(changed_at) = changed_at(state, id) else { return Vec::new() };
        if has_contract_end(state, self.tenant) {
            return Vec::new();
        }
        let since = (clock::now() - KEPT).max(changed_at + KNOWN_AFTER);
        let events = items.iter().filter_map(|event| {
            let (tenant, rest) = tenant_of(event)?;
            let is_event = tenant == self.tenant && rest.starts_with("EVENT#");
            is_event.then(|| text(event, "sk").split_once('#'))?
        });
        let stored: BTreeSet<&str> = events.map(|(_, id)| id).collect();
        let wanted = expected.iter().filter(|event| {
            event.at > since
                && kinds.contains(event.kind)
                && (gets_files || !event.is_of_file)
                && tenant_of_key(&event.pk).is_some_and(|(tenant, _)| tenant == self.tenant)
        });
        let wanted = wanted.map(|event| (event_of(event.number), event));
        let missing = wanted.filter(|(name, _)| !stored.contains(name.as_str()) && !is_lost(name));
        let problem = |(name, event): (String, &ExpectedEvent)| {
            let ExpectedEvent { at, pk, kind, .. } = event;
            format!("{pk} became no {kind} {name} at {at}, to which the endpoint {id} subscribes")
        };
        missing.map(problem).collect()
    }
}

/// Whether the contract of a tenant's merchant may have had an end: events after it are not stored.
fn has_contract_end(state: &State, tenant: Tenant) -> bool {
    let id = tenant.merchant.to_string();
    let mut acknowledged = state.acknowledged.iter();
    acknowledged.any(|one| {
        matches!(&one.fact, Fact::ContractEndPut { merchant, day: Some(_) } if *merchant == id)
    }) || state.uncertain.iter().any(|uncertain| {
        uncertain.operation == "put_contract_end" && uncertain.path.contains(&id)
    })
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
