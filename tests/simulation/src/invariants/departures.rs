//! A merchant whose contract has ended is archived, and has left the table; any other merchant is there.

use super::forgotten::has_end;
use super::timeline::{Event, possibly_last};
use super::{Invariant, Rest, text};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::Merchant;
use crate::world::clock;
use domain::retention;
use serde_json::Value;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "departures", check: |rest| Box::pin(async move { check(rest) }) };

fn check(rest: &Rest) -> Vec<String> {
    let (items, archived) = (rest.world.items(), rest.world.archived());
    let two_days_ago = retention::day_of(clock::now()).plus_days(-2).to_string();
    rest.known.read(|state| {
        let mut violations = Vec::new();
        for merchant in &state.merchants {
            let own: Vec<&Value> = items.iter().filter(|item| is_of(item, &merchant.id)).collect();
            let is_there = own.iter().any(|item| text(item, "sk") == "PROFILE");
            let events = ends(state, merchant);
            let may_have_ended =
                events.iter().any(|event| event.left.as_ref().is_none_or(Option::is_some));
            let must_have_left = possibly_last(&events).next().is_some()
                && possibly_last(&events).all(|event| {
                    let day = event.left.as_ref().and_then(Option::as_ref);
                    day.is_some_and(|day| *day < two_days_ago)
                });
            let id = &merchant.id;
            if !is_there && !may_have_ended {
                violations.push(format!("the merchant {id} is not in the table"));
            }
            if !is_there && !archived.keys().any(|key| key.contains(id.as_str())) {
                violations.push(format!("the merchant {id} has left without an archive"));
            }
            if must_have_left || !is_there {
                let left = own.into_iter().filter(|item| !expires_by_itself(item));
                violations.extend(left.map(|item| {
                    format!("{id} has left, and {} {} is there", text(item, "pk"), text(item, "sk"))
                }));
            }
        }
        violations
    })
}

/// The ends of the contract that were set or withdrawn.
fn ends(state: &State, merchant: &Merchant) -> Vec<Event<Option<String>>> {
    let acknowledged = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::ContractEndPut { merchant: of, day } = &acknowledged.fact else { return None };
        let (sent_at, at) = (acknowledged.sent_at, acknowledged.at);
        (*of == merchant.id).then(|| Event { sent_at, at, left: Some(day.clone()) })
    });
    let uncertain = state.uncertain.iter().filter(|uncertain| {
        uncertain.path.contains(&merchant.id) && uncertain.path.ends_with("/contract-end")
    });
    let uncertain = uncertain.map(|uncertain| Event {
        sent_at: uncertain.sent_at,
        at: uncertain.at,
        left: None,
    });
    acknowledged.chain(uncertain).collect()
}

/// Whether an item is a merchant's, or leads to the merchant.
fn is_of(item: &Value, merchant: &str) -> bool {
    let pk = text(item, "pk").strip_prefix("M#").and_then(|rest| rest.split('#').next());
    let leads = text(item, "sk").strip_prefix("M#") == Some(merchant);
    pk == Some(merchant) || leads || text(item, "merchant") == merchant
}

/// Keyed hashes whose key has left with the merchant, answers to keyed requests, and the sums of a day's corrections
/// are not archived and expire.
fn expires_by_itself(item: &Value) -> bool {
    let (pk, sk) = (text(item, "pk"), text(item, "sk"));
    let may_stay = sk == "SUPPRESSED"
        || sk == "DO_NOT_CONTACT"
        || pk.contains("#IDEMPOTENCY#")
        || pk.ends_with("#ADJUSTED");
    may_stay && has_end(item)
}
