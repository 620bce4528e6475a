//! The uses of a code and of a member are the purchases that they count, and never above what the offer allowed. A
//! code of one member is used by no other, and a disabled code by nobody.

use super::counters::is_live_purchase;
use super::people::People;
use super::rewards::{greatest, has_erasures};
use super::timeline::{Event, possibly_last};
use super::{Invariant, Rest, number, stored_tenant, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{Instant, OfferId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::{Scope, Store, Tenant};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "coupons", check: |rest| Box::pin(async move { check(rest).await }) };

/// The bit of a use that counts for the customer.
const OF_MEMBER: u8 = 1;
/// The bit of a use that counts for the code.
const OF_CODE: u8 = 2;

/// A use of a code by a purchase that is not cancelled.
struct Use {
    code: String,
    offer: String,
    purchase: String,
    member: Option<String>,
    counted: u8,
}

/// The uses in the data of a tenant, and what counts them.
struct Counts {
    tenant: Tenant,
    uses: Vec<Use>,
    has_erasures: bool,
}

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = Vec::new();
    let store = rest.store();
    for scope in rest.scopes(&mut violations).await {
        let tenant = scope.tenant();
        match uses(rest, &store, &scope).await {
            Ok(uses) => {
                let counts = Counts { tenant, uses, has_erasures: has_erasures(rest, tenant) };
                rest.known.read(|state| {
                    violations.extend(counts.of_codes(rest, state));
                    violations.extend(counts.of_members(rest, state));
                    violations.extend(counts.of_others(rest, state));
                    violations.extend(counts.after_the_end(state));
                });
            }
            Err(problem) => violations.push(problem),
        }
    }
    violations
}

/// Every use in the data of a tenant.
async fn uses(rest: &Rest, store: &Store, scope: &Scope) -> Result<Vec<Use>, String> {
    let mut uses = Vec::new();
    for item in rest.items.iter().filter(|item| is_live_purchase(item)) {
        let Some((tenant, rest)) = tenant_of(item) else { continue };
        if tenant != scope.tenant() || item.get("redeemed").is_none() {
            continue;
        }
        let problem = |what: &dyn std::fmt::Display| format!("{tenant} {rest}: {what}");
        let receipt = rest.strip_prefix("RECEIPT#").and_then(domain::purchase::id::receipt);
        let receipt = receipt.ok_or_else(|| problem(&"no receipt"))?;
        let stored = store.purchase(scope, &receipt).await;
        let purchase = stored.map_err(|error| problem(&error))?.purchase;
        let redeemed = item["redeemed"]["B"].as_str().unwrap_or_default();
        let redeemed = BASE64_STANDARD.decode(redeemed).map_err(|error| problem(&error))?;
        let (redeemed, _) = redeemed.as_chunks::<17>();
        if redeemed.len() != purchase.coupons().len() {
            return Err(problem(&"the coupons and their offers differ"));
        }
        for (used, [offer @ .., counted]) in purchase.coupons().iter().zip(redeemed) {
            let member = text(item, "member");
            uses.push(Use {
                code: used.code.as_str().to_owned(),
                offer: OfferId::from_bytes(*offer).to_string(),
                purchase: text(item, "pk").to_owned(),
                member: (!member.contains("#ANONYMOUS#")).then(|| member.to_owned()),
                counted: *counted,
            });
        }
    }
    Ok(uses)
}

impl Counts {
    /// The items of this tenant whose partition key begins with this, after the tenant.
    fn items<'r>(
        &'r self,
        rest: &'r Rest,
        prefix: &'static str,
    ) -> impl Iterator<Item = (&'r str, &'r Value)> {
        rest.items.iter().filter_map(move |item| {
            let (tenant, rest) = tenant_of(item).filter(|(tenant, _)| *tenant == self.tenant)?;
            (tenant == self.tenant).then_some((rest.strip_prefix(prefix)?, item))
        })
    }

    fn of_codes(&self, rest: &Rest, state: &State) -> Vec<String> {
        let people = People::of(state, &rest.items);
        let mut violations = Vec::new();
        for (_, coupon) in self.items(rest, "COUPON#") {
            let (code, offer, uses) =
                (text(coupon, "sk"), text(coupon, "offer"), number(coupon, "uses"));
            let is_counted = |used: &&Use| {
                used.code == code && used.offer == offer && used.counted & OF_CODE != 0
            };
            let live =
                i64::try_from(self.uses.iter().filter(is_counted).count()).unwrap_or(i64::MAX);
            let is_wrong = if live > uses {
                !self.was_of_erased(&people, state, code)
            } else {
                live < uses && !self.has_erasures
            };
            if is_wrong {
                violations.push(format!("{code} has {uses} uses, and {live} purchases"));
            }
            if let Some(most) = self.most(state, offer, "limit")
                && uses > most
            {
                violations.push(format!("{code} has {uses} uses of at most {most}"));
            }
        }
        violations
    }

    /// Whether a code was bound to a member whose data are gone, or may have been. It went with them: a code that the
    /// merchant created again counts from zero, and the sales of other customers keep their uses.
    fn was_of_erased(&self, people: &People, state: &State, code: &str) -> bool {
        let mut members = self.puts_of(state, code).filter_map(|put| put.member);
        members.any(|member| !people.has(&member))
    }

    fn of_members(&self, rest: &Rest, state: &State) -> Vec<String> {
        let mut live: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for used in self.uses.iter().filter(|used| used.counted & OF_MEMBER != 0) {
            let Some(member) = &used.member else { continue };
            *live.entry((member, &used.offer)).or_default() += 1;
        }
        let counters = self.items(rest, "MEMBER#").filter_map(|(member, item)| {
            let offer = text(item, "sk").strip_prefix("USES#")?;
            Some(((member, offer), number(item, "uses")))
        });
        let counted: BTreeMap<(&str, &str), i64> = counters.collect();
        let mut violations = Vec::new();
        for of in live.keys().chain(counted.keys()).collect::<BTreeSet<_>>() {
            let (member, offer) = of;
            let live = live.get(of).copied().unwrap_or_default();
            let uses = counted.get(of).copied().unwrap_or_default();
            if live != uses {
                violations
                    .push(format!("{member} has {uses} uses of {offer}, and {live} purchases"));
            }
            if let Some(most) = self.most(state, offer, "limit_member")
                && uses > most
            {
                violations.push(format!("{member} has {uses} uses of {offer} of at most {most}"));
            }
        }
        violations
    }

    /// The greatest limit that an offer ever had. A use without a limit for each member is not counted for the member.
    fn most(&self, state: &State, offer: &str, name: &str) -> Option<i64> {
        let acknowledged = state.acknowledged.iter().filter_map(|acknowledged| {
            let Fact::OfferPut { tenant, offer: put } = &acknowledged.fact else { return None };
            (put.id == offer && stored_tenant(tenant) == Some(self.tenant)).then_some(&put.terms)
        });
        let uncertain = state.uncertain.iter();
        let puts = uncertain.filter(|uncertain| uncertain.operation == "put_offer");
        let puts = puts.filter(|uncertain| uncertain.path.contains(offer));
        let usages = acknowledged.chain(puts.map(|put| &put.body)).map(|terms| &terms["usage"]);
        let once = Value::from(1);
        let limits: Vec<Value> = usages
            .map(|usage| match name {
                "limit" if usage["type"] == "single" => once.clone(),
                _ => usage[name].clone(),
            })
            .collect();
        let is_counted = |limit: &&Value| name == "limit" || !limit.is_null();
        greatest(limits.iter().filter(is_counted))
    }

    /// A code that was bound to one member from its first acknowledgement on is used by no other. A sale that was
    /// moved to another member keeps its code.
    fn of_others(&self, rest: &Rest, state: &State) -> Vec<String> {
        let people = People::of(state, &rest.items);
        let moved: BTreeSet<&str> = rest
            .items
            .iter()
            .filter(|item| text(item, "kind") == "moved_here")
            .map(|item| text(item, "purchase"))
            .collect();
        let bound = self.items(rest, "COUPON#").filter_map(|(_, coupon)| {
            let (code, member) = (text(coupon, "sk"), text(coupon, "bound_to"));
            // The codes of a batch are bound to nobody at first.
            let was_free = coupon.get("batch").is_some()
                || self.puts_of(state, code).any(|put| put.member.as_deref() != Some(member));
            (!member.is_empty() && !was_free).then_some((code, member))
        });
        let bound: BTreeMap<&str, &str> = bound.collect();
        let mut violations = Vec::new();
        for used in self.uses.iter().filter(|used| !moved.contains(used.purchase.as_str())) {
            let Some(holder) = bound.get(used.code.as_str()) else { continue };
            let is_of_holder =
                used.member.as_ref().is_some_and(|member| people.are_family(member, holder));
            if !is_of_holder {
                let (code, by) = (&used.code, &used.member);
                violations
                    .push(format!("{code} of {holder} was used by {by:?}: {}", used.purchase));
            }
        }
        violations
    }

    /// A code that was disabled, and not enabled again, is used by no purchase that was sent afterwards.
    fn after_the_end(&self, state: &State) -> Vec<String> {
        let mut violations = Vec::new();
        for used in self.uses.iter().filter(|used| used.counted & OF_CODE != 0) {
            let puts: Vec<_> = self.puts_of(state, &used.code).map(|put| put.event).collect();
            let Some(disabled_at) = disabled_at(&puts) else { continue };
            if let Some(sent_at) = first_sent_at(state, self.tenant, &used.purchase)
                && sent_at > disabled_at
            {
                let (code, purchase) = (&used.code, &used.purchase);
                violations
                    .push(format!("{code} was disabled at {disabled_at} and used: {purchase}"));
            }
        }
        violations
    }

    /// The acknowledged states of a code, and the requests without a sure answer that may have changed it.
    fn puts_of<'s>(&'s self, state: &'s State, code: &'s str) -> impl Iterator<Item = Put> {
        let acknowledged = state.acknowledged.iter().filter_map(move |acknowledged| {
            let Fact::CodesKnown { tenant, codes } = &acknowledged.fact else { return None };
            let put = codes.iter().find(|put| put.code == code)?;
            let (sent_at, at) = (acknowledged.sent_at, acknowledged.at);
            let event = Event { sent_at, at, left: Some(IsDisabled(put.is_disabled)) };
            let put = Put { member: put.member.clone(), event };
            (stored_tenant(tenant) == Some(self.tenant)).then_some(put)
        });
        let uncertain = state.uncertain.iter().filter(move |uncertain| {
            uncertain.operation == "put_coupon_code" && uncertain.path.contains(code)
        });
        let uncertain = uncertain.map(|uncertain| {
            let member = uncertain.body["member_id"].as_str().map(str::to_owned);
            let (sent_at, at) = (uncertain.sent_at, uncertain.at);
            Put { member, event: Event { sent_at, at, left: None } }
        });
        acknowledged.chain(uncertain)
    }
}

/// A state of a code, or a request that may have changed the code.
struct Put {
    member: Option<String>,
    event: Event<IsDisabled>,
}

/// Whether nobody can use a code.
#[derive(Debug, Clone, Copy)]
struct IsDisabled(bool);

/// Since when a code is disabled; `None` for a code that was enabled last, or may have been.
fn disabled_at(puts: &[Event<IsDisabled>]) -> Option<Instant> {
    let last = possibly_last(puts);
    let disabled: Option<Vec<Instant>> =
        last.map(|put| put.left.filter(|left| left.0).map(|_| put.at)).collect();
    disabled?.into_iter().max()
}

/// When a purchase was sent for the first time that was acknowledged, unless an earlier request or a file may have
/// recorded it.
fn first_sent_at(state: &State, tenant: Tenant, pk: &str) -> Option<Instant> {
    let first = state.acknowledged.iter().find_map(|acknowledged| {
        let Fact::PurchaseRecorded { tenant: of, purchase, is_replay } = &acknowledged.fact else {
            return None;
        };
        let is_it = stored_tenant(of) == Some(tenant)
            && pk.ends_with(&format!("#{}#{}", purchase.day, purchase.receipt_number));
        is_it.then_some((acknowledged.sent_at, *is_replay))
    });
    first.filter(|(_, is_replay)| !is_replay).map(|(sent_at, _)| sent_at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_disabled_where_no_later_request_may_have_enabled_it() {
        let at = |second| Instant::from_second(second).unwrap();
        let put = |second, left: Option<bool>| {
            let (sent_at, at) = (at(second), at(second + 1));
            Event { sent_at, at, left: left.map(IsDisabled) }
        };
        let uncertain_before = [put(30, Some(true)), put(10, None)];
        assert_eq!(disabled_at(&uncertain_before), Some(at(31)));
        assert_eq!(disabled_at(&[put(30, Some(true)), put(40, None)]), None);
        assert_eq!(disabled_at(&[put(30, Some(true)), put(40, Some(false))]), None);
        assert_eq!(disabled_at(&[]), None);
    }
}
