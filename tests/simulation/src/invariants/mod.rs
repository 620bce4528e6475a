//! What must be true at the end of every run: one file for each sentence.
//!
//! The sentences about the world as it came to rest come first. Those after them let time pass, and read the table
//! again.

mod acknowledged;
mod campaigns;
mod contacts;
mod counters;
mod coupons;
mod dead_letters;
mod departures;
mod forgotten;
mod ledger;
mod messages;
mod oppositions;
mod personal_data;
mod points;
mod redriven;
mod repeats;
mod retention;
mod rewards;
mod tenants;
mod uploads;
mod webhooks;

mod people;
mod timeline;

use crate::known::Known;
use crate::known::merchant::Merchant;
use crate::world::World;
use crate::world::clock;
use crate::world::log::Log;
use crate::world::message::Message;
use crate::world::providers::SentMessage;
use crate::world::sdk::Clients;
use domain::{Credential, MerchantId};
use futures::future::BoxFuture;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::{ErrorChain, Member, Mode, Scope, Store, Tenant};

/// Members of a page.
const PAGE: usize = 100;

/// A sentence that must be true, and how it is checked.
pub struct Invariant {
    /// The name in the report.
    pub name: &'static str,
    check: for<'r> fn(&'r Rest) -> BoxFuture<'r, Vec<String>>,
}

/// A world at rest: no fault happens, nothing is in progress, every queue is empty.
pub struct Rest {
    pub(crate) world: Arc<World>,
    /// What the outside world knows.
    pub(crate) known: Arc<Known>,
    /// The lines that the functions logged.
    pub(crate) log: Log,
    /// Every item of the table.
    pub(crate) items: Vec<Value>,
    /// Every message that a provider accepted.
    pub(crate) sent: Vec<SentMessage>,
    /// The messages about changes of the table that became no event.
    pub(crate) lost_changes: Vec<Message>,
}

/// Every invariant. Those from `redriven` on change the world or let time pass.
pub const ALL: [&Invariant; 21] = [
    &acknowledged::INVARIANT,
    &contacts::INVARIANT,
    &counters::INVARIANT,
    &coupons::INVARIANT,
    &dead_letters::INVARIANT,
    &ledger::INVARIANT,
    &messages::INVARIANT,
    &oppositions::INVARIANT,
    &points::INVARIANT,
    &repeats::INVARIANT,
    &rewards::INVARIANT,
    &tenants::INVARIANT,
    &redriven::INVARIANT,
    &uploads::INVARIANT,
    &webhooks::INVARIANT,
    &retention::INVARIANT,
    &forgotten::INVARIANT,
    &departures::INVARIANT,
    &campaigns::INVARIANT,
    &personal_data::INVARIANT,
    &dead_letters::LATE,
];

/// The invariants about messages to members. They are checked once more after all others: campaigns that were scheduled,
/// and SMS that waited for the morning, are sent while the others let time pass.
const AGAIN: [&Invariant; 2] = [&messages::INVARIANT, &oppositions::INVARIANT];

/// The name of the invariant that nothing panics.
pub(crate) const NO_PANIC: &str = "no_panic";

/// An invariant that is not true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The name of the invariant.
    pub invariant: &'static str,
    /// What is wrong.
    pub what: String,
}

impl Invariant {
    async fn violations(&self, rest: &Rest) -> Vec<Violation> {
        let found = (self.check)(rest).await.into_iter();
        found.map(|what| Violation { invariant: self.name, what }).collect()
    }
}

impl Rest {
    /// Reads a world that has come to rest.
    pub async fn of(world: &Arc<World>, known: &Arc<Known>, log: Log) -> Self {
        Self {
            world: Arc::clone(world),
            known: Arc::clone(known),
            log,
            items: world.items(),
            sent: world.sent_messages().await,
            lost_changes: world.lost_changes(),
        }
    }

    /// Checks every invariant.
    pub async fn check(&self) -> Vec<Violation> {
        let mut violations = Vec::new();
        for invariant in ALL {
            violations.extend(invariant.violations(self).await);
        }
        let later = Self::of(&self.world, &self.known, self.log.clone()).await;
        for invariant in AGAIN {
            let mut found = invariant.violations(&later).await;
            found.retain(|one| !violations.contains(one));
            violations.extend(found);
        }
        let panics = self.world.panics().into_iter();
        violations.extend(panics.map(|what| Violation { invariant: NO_PANIC, what }));
        violations
    }

    /// The merchants that the table knows.
    pub(crate) fn merchants(&self) -> BTreeSet<MerchantId> {
        merchants_of(&self.items)
    }

    /// The store, as an instance of its own uses it.
    fn store(&self) -> Store {
        Clients::new(&self.world).store(&self.world)
    }

    /// The members of a tenant, page by page. Members who cannot be read are a violation.
    async fn members(&self, scope: &Scope, violations: &mut Vec<String>) -> Vec<Member> {
        let (store, mut members, mut after) = (self.store(), Vec::new(), None);
        if !self.had_members(scope.tenant()) {
            return members;
        }
        loop {
            match store.members(scope, after, PAGE).await {
                Ok(page) => {
                    members.extend(page.members);
                    after = page.next;
                }
                Err(error) => {
                    violations.push(format!("{}: {}", scope.tenant(), ErrorChain(&error)));
                    after = None;
                }
            }
            if after.is_none() {
                return members;
            }
        }
    }

    /// Whether a tenant had members when the world came to rest. A walk of an empty tenant costs sixteen reads.
    fn had_members(&self, tenant: Tenant) -> bool {
        self.items.iter().any(|item| {
            text(item, "sk").starts_with("MEMBER#")
                && tenant_of(item).is_some_and(|(of, _)| of == tenant)
        })
    }

    /// The live data and the test data of every merchant whose contract goes on. A merchant without readable
    /// settings is a violation.
    async fn scopes(&self, violations: &mut Vec<String>) -> Vec<Scope> {
        let (store, now) = (self.store(), clock::now());
        let mut scopes = Vec::new();
        for merchant in merchants_of(&self.world.items()) {
            let settings = match store.settings_fresh(merchant, now).await {
                Ok(settings) => settings,
                Err(error) => {
                    violations.push(format!("{merchant}: {}", ErrorChain(&error)));
                    continue;
                }
            };
            if settings.contract_has_ended(now) {
                continue;
            }
            scopes.extend([Mode::Live, Mode::Test].map(|mode| {
                let credential = Credential::Operator;
                Scope { settings: Arc::clone(&settings), mode, credential }
            }));
        }
        scopes
    }

    /// Whether the data of a merchant is complete: the contract goes on, and its archive has not begun.
    fn is_complete(&self, merchant: &Merchant) -> bool {
        let is_profile = |item: &&Value| {
            text(item, "sk") == "PROFILE"
                && text(item, "pk").strip_prefix("M#") == Some(&merchant.id)
        };
        self.items.iter().find(is_profile).is_some_and(|profile| {
            let today = domain::retention::day_of(clock::now()).to_string();
            let ends_on = text(profile, "contract_ends_on");
            text(profile, "archiving_since").is_empty()
                && (ends_on.is_empty() || *ends_on >= *today)
        })
    }
}

fn merchants_of(items: &[Value]) -> BTreeSet<MerchantId> {
    let profiles = items.iter().filter(|item| text(item, "sk") == "PROFILE");
    let ids = profiles.filter_map(|item| text(item, "pk").strip_prefix("M#"));
    ids.filter_map(|id| MerchantId::parse(id).ok()).collect()
}

/// The text of an attribute; empty where the item has none.
fn text<'i>(item: &'i Value, attribute: &str) -> &'i str {
    item[attribute]["S"].as_str().unwrap_or_default()
}

/// The number of an attribute; zero where the item has none.
fn number(item: &Value, attribute: &str) -> i64 {
    item[attribute]["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// The tenant of an item, and the rest of its partition key.
fn tenant_of(item: &Value) -> Option<(Tenant, &str)> {
    tenant_of_key(text(item, "pk"))
}

/// The tenant of a partition key, and the rest of the key.
fn tenant_of_key(pk: &str) -> Option<(Tenant, &str)> {
    let id = pk.strip_prefix("M#")?.split('#').next()?;
    let of_merchant = &pk[..2 + id.len()];
    let of_test = pk.get(..of_merchant.len() + 5).filter(|start| start.ends_with("#TEST"));
    let whole = of_test.unwrap_or(of_merchant);
    let rest = pk[whole.len()..].strip_prefix('#').unwrap_or_default();
    Some((Tenant::parse(whole)?, rest))
}

/// The tenant of the table that the outside world names.
fn stored_tenant(tenant: &crate::known::merchant::Tenant) -> Option<Tenant> {
    let merchant = MerchantId::parse(&tenant.merchant).ok()?;
    Some(Tenant { merchant, mode: tenant.mode })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_tenant_of_an_item_is_the_beginning_of_its_partition_key() {
        let id = "01KAT3V5B0R6Y2Z8X4W9Q1N7M3";
        let of = |pk: String| {
            let item = json!({"pk": {"S": pk}});
            tenant_of(&item).map(|(tenant, rest)| (tenant.to_string(), rest.to_owned()))
        };
        let live = (format!("M#{id}"), "S#03".to_owned());
        assert_eq!(of(format!("M#{id}#S#03")), Some(live));
        let test = (format!("M#{id}#TEST"), "OFFER".to_owned());
        assert_eq!(of(format!("M#{id}#TEST#OFFER")), Some(test));
        assert_eq!(of(format!("M#{id}")), Some((format!("M#{id}"), String::new())));
        assert_eq!(of("MERCHANTS".to_owned()), None);
    }
}
