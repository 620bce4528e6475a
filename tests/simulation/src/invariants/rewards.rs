//! The counters of a reward are the redemptions that they count, and never above what the reward allowed.

use super::{Invariant, Rest, number, stored_tenant, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use serde_json::Value;
use std::collections::BTreeMap;
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
    let mut violations = Vec::new();
    rest.known.read(|state| {
        for counter in live.keys().chain(given.keys()).collect::<std::collections::BTreeSet<_>>() {
            let (tenant, member, reward) = counter;
            let live = live.get(counter).copied().unwrap_or_default();
            let given = given.get(counter).copied().unwrap_or_default();
            // An erasure deletes the redemptions of a member, and the stock does not come back.
            let may_miss = member.is_none() && has_erasures(rest, *tenant);
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

/// Whether members of a tenant were erased.
pub(super) fn has_erasures(rest: &Rest, of: Tenant) -> bool {
    rest.items.iter().any(|item| {
        let is_trace = text(item, "sk") == "SUPPRESSED" || text(item, "pk").ends_with("#ERASED");
        is_trace && tenant_of(item).is_some_and(|(tenant, _)| tenant == of)
    })
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
    fn a_limit_that_was_absent_once_limits_nothing() {
        let of = |limits: Value| greatest(limits.as_array().unwrap().iter());
        assert_eq!(of(json!([1, 5, 3])), Some(5));
        assert_eq!(of(json!([1, null])), None);
        assert_eq!(of(json!([])), None);
    }
}
