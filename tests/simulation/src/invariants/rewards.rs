//! The counters of a reward are the redemptions that they count, and never above what the reward allowed.

use super::people::RECORDS_KEPT;
use super::{Invariant, Rest, number, stored_tenant, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::world::clock;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::Tenant;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "rewards", check: |rest| Box::pin(async move { check(rest) }) };

/// A counter: the tenant, the member of a limit or none for the stock, and the reward.
type Counter<'i> = (Tenant, Option<&'i str>, &'i str);

fn check(rest: &Rest) -> Vec<String> {
    let (mut live, mut given): (BTreeMap<Counter<'_>, i64>, BTreeMap<Counter<'_>, i64>) =
        Default::default();
    for item in &rest.items {
        let Some((tenant, rest)) = tenant_of(item) else { continue };
        let member = rest.strip_prefix("MEMBER#");
        if text(item, "kind") == "redemption" && text(item, "state") != "cancelled" {
            let reward = text(item, "reward");
            let counts = |name: &str| item[name]["BOOL"] == true;
            if counts("of_stock") {
                *live.entry((tenant, None, reward)).or_default() += 1;
            }
            if counts("of_limit") {
                *live.entry((tenant, member, reward)).or_default() += 1;
            }
        }
        let sk = text(item, "sk");
        match (rest, member) {
            ("REWARD", _) => {
                if let Some(reward) = sk.strip_prefix("STOCK#") {
                    given.insert((tenant, None, reward), number(item, "given"));
                }
            }
            (_, Some(member)) => {
                if let Some(reward) = sk.strip_prefix("REWARD#") {
                    given.insert((tenant, Some(member), reward), number(item, "given"));
                }
            }
            _ => {}
        }
    }
    let tenants: BTreeSet<Tenant> = live.keys().chain(given.keys()).map(|(of, ..)| *of).collect();
    let with_erasures: BTreeSet<Tenant> =
        tenants.into_iter().filter(|tenant| has_erasures(rest, *tenant)).collect();
    let mut violations = Vec::new();
    rest.known.read(|state| {
        for counter in live.keys().chain(given.keys()).collect::<BTreeSet<_>>() {
            let (tenant, member, reward) = counter;
            let live = live.get(counter).copied().unwrap_or_default();
            let given = given.get(counter).copied().unwrap_or_default();
            // An erasure deletes the redemptions of a member, and the stock does not come back.
            let may_miss = member.is_none() && with_erasures.contains(tenant);
            if live > given || (live < given && !may_miss) {
                let what = format!("{live} redemptions are counted as {given}");
                violations.push(format!("{tenant} {reward} {member:?}: {what}"));
            }
            let name = if member.is_some() { "limit_member" } else { "stock" };
            if let Some(most) = most(state, *tenant, reward, name)
                && given > most
            {
                violations.push(format!("{tenant} {reward} {member:?}: {given} of at most {most}"));
            }
        }
    });
    violations
}

/// Whether members of a tenant were erased, or may have been: the table has the record or the tombstone of an erasure,
/// somebody asked for one, or the merchant is so old that the record of an erasure may have ended.
pub(super) fn has_erasures(rest: &Rest, of: Tenant) -> bool {
    let is_of = |item: &Value| tenant_of(item).is_some_and(|(tenant, _)| tenant == of);
    let is_trace = |item: &Value| text(item, "pk").ends_with("#ERASED") || is_tombstone(item);
    let is_erasure = |item: &Value| is_trace(item) && is_of(item);
    let is_old = of.merchant.minted_at() + RECORDS_KEPT < clock::now();
    // Nights that came after the rest may have erased members too.
    is_old
        || rest.items.iter().any(is_erasure)
        || rest.world.items().iter().any(is_erasure)
        || rest.known.read(|state| were_asked_for(state, of))
}

fn is_tombstone(item: &Value) -> bool {
    text(item, "sk").ends_with("#PERSON") && item.get("erased_on").is_some()
}

fn were_asked_for(state: &State, of: Tenant) -> bool {
    let known = state.acknowledged.iter().any(|acknowledged| match &acknowledged.fact {
        Fact::Erased { tenant, .. } => stored_tenant(tenant) == Some(of),
        _ => false,
    });
    known || state.uncertain.iter().any(|uncertain| uncertain.path.contains("/erasure"))
}

/// The greatest limit that a reward ever had; `None` where it never had one. A redemption of a reward without a limit
/// is not counted.
fn most(state: &State, tenant: Tenant, reward: &str, name: &str) -> Option<i64> {
    let acknowledged = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::RewardPut { tenant: of, reward: put } = &acknowledged.fact else { return None };
        (put.id == reward && stored_tenant(of) == Some(tenant)).then_some(&put.terms)
    });
    let uncertain = state.uncertain.iter();
    let uncertain = uncertain.filter(|uncertain| uncertain.path.contains(reward));
    let terms = acknowledged.chain(uncertain.map(|uncertain| &uncertain.body));
    greatest(terms.map(|terms| &terms[name]).filter(|limit| !limit.is_null()))
}

/// The greatest of some limits; `None` where one is no number, or there is none.
pub(super) fn greatest<'v>(limits: impl Iterator<Item = &'v Value>) -> Option<i64> {
    let limits: Option<Vec<i64>> = limits.map(Value::as_i64).collect();
    limits?.into_iter().max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_suppressed_contact_is_no_erasure() {
        let tombstone = json!({"sk": {"S": "MEMBER#1#PERSON"}, "erased_on": {"S": "2026-03-01"}});
        let suppressed = json!({"sk": {"S": "SUPPRESSED"}, "erased_on": {"S": "2026-03-01"}});
        assert!(is_tombstone(&tombstone) && !is_tombstone(&suppressed));
    }

    #[test]
    fn a_limit_that_was_absent_once_limits_nothing() {
        let of = |limits: Value| greatest(limits.as_array().unwrap().iter());
        assert_eq!(of(json!([1, 5, 3])), Some(5));
        assert_eq!(of(json!([1, null])), None);
        assert_eq!(of(json!([])), None);
    }
}
