//! A redemption that was acknowledged exists, in the state that was acknowledged last or in a later one.

use super::super::people::People;
use super::super::{Rest, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use crate::known::records::Redemption;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is known of one redemption.
struct Known<'s> {
    tenant: &'s Tenant,
    redemption: &'s Redemption,
    /// Every state that was acknowledged.
    states: Vec<&'s str>,
}

pub(super) fn check(rest: &Rest, state: &State, people: &People) -> Vec<String> {
    let is_redemption = |item: &&Value| text(item, "kind") == "redemption";
    let stored: BTreeMap<&str, &Value> = rest
        .items
        .iter()
        .filter(is_redemption)
        .filter_map(|item| Some((text(item, "sk").rsplit('#').next()?, item)))
        .collect();
    let mut known: BTreeMap<&str, Known<'_>> = BTreeMap::new();
    for acknowledged in &state.acknowledged {
        let Fact::RedemptionKnown { tenant, redemption } = &acknowledged.fact else { continue };
        let states = Vec::new();
        let of = known.entry(&redemption.id).or_insert(Known { tenant, redemption, states });
        of.states.push(&redemption.state);
    }
    let mut violations = Vec::new();
    for (id, Known { tenant, redemption, states }) in known {
        let merchant = state.merchant(&tenant.merchant);
        if !merchant.is_some_and(|merchant| rest.is_complete(merchant)) {
            continue;
        }
        let may_have = |action: &str| {
            let uncertain = state.uncertain.iter();
            let mut paths = uncertain.map(|uncertain| uncertain.path.as_str());
            paths.any(|path| path.ends_with(&format!("{id}/{action}")))
        };
        match stored.get(id) {
            None if people.may_be_erased(&redemption.member) => {}
            None => violations.push(format!("the redemption {id} is not in the table")),
            Some(item) => {
                let (is, points) = (text(item, "state"), super::super::number(item, "points"));
                let first = if redemption.reward.is_some() && redemption.coupon.is_none() {
                    "requested"
                } else {
                    "fulfilled"
                };
                let action = if is == "cancelled" { "cancel" } else { "fulfil" };
                let is_known = is == first || states.contains(&is) || may_have(action);
                let is_final = |state: &str| {
                    state == "cancelled" || (state == "fulfilled" && first == "requested")
                };
                let was_final = states.iter().copied().find(|state| is_final(state));
                let gave_up_none = was_final.is_none_or(|state| state == is);
                if !is_known || !gave_up_none {
                    violations.push(format!("the redemption {id} is {is} after {states:?}"));
                }
                let expected = if is == "cancelled" { 0 } else { -redemption.points };
                if points != expected {
                    let of = redemption.points;
                    violations.push(format!("the redemption {id} of {of} points has {points}"));
                }
            }
        }
    }
    violations
}
