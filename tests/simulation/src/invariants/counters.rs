//! The spend and the visits of a member are those of the member's sales, returns and visits.

use super::{Invariant, Rest, tenant_of, text};
use domain::{MemberId, PurchaseKind};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Scope, Store};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "counters", check: |rest| Box::pin(async move { check(rest).await }) };

/// What the documents of a member sum to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    spend: i64,
    visits: i64,
}

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = Vec::new();
    let store = rest.store();
    for scope in rest.scopes(&mut violations).await {
        let sums = match sums(rest, &store, &scope).await {
            Ok(sums) => sums,
            Err(problem) => {
                violations.push(problem);
                continue;
            }
        };
        for member in rest.members(&scope, &mut violations).await {
            let ids = std::iter::once(member.person.id).chain(member.person.absorbed.clone());
            let mut expected = Sums::default();
            for of in ids.filter_map(|id| sums.get(&id)) {
                expected.spend += of.spend;
                expected.visits += of.visits;
            }
            let (id, account) = (member.person.id, &member.account);
            let is = Sums { spend: account.spend.get(), visits: account.visits.into() };
            if is != expected {
                violations.push(format!("{id} has {is:?}, its documents have {expected:?}"));
            }
        }
    }
    violations
}

/// The sums of each member of a tenant.
async fn sums(
    rest: &Rest,
    store: &Store,
    scope: &Scope,
) -> Result<BTreeMap<MemberId, Sums>, String> {
    let mut sums: BTreeMap<MemberId, Sums> = BTreeMap::new();
    for item in &rest.items {
        let Some((tenant, rest)) = tenant_of(item) else { continue };
        let Ok(member) = MemberId::parse(text(item, "member")) else { continue };
        if tenant != scope.tenant() {
            continue;
        }
        if text(item, "kind") == "visit" {
            sums.entry(member).or_default().visits += 1;
        }
        if !is_live_purchase(item) {
            continue;
        }
        let receipt = rest.strip_prefix("RECEIPT#").and_then(domain::purchase::id::receipt);
        let receipt = receipt.ok_or_else(|| format!("{rest} is no receipt"))?;
        let stored = store.purchase(scope, &receipt).await;
        let purchase = stored.map_err(|error| format!("{rest}: {error}"))?.purchase;
        let of = sums.entry(member).or_default();
        match purchase.kind() {
            PurchaseKind::Sale => {
                of.spend += purchase.total().get();
                of.visits += 1;
            }
            PurchaseKind::Return { .. } => of.spend -= purchase.total().get(),
        }
    }
    Ok(sums)
}

/// Whether an item is a purchase that is not cancelled.
pub(super) fn is_live_purchase(item: &Value) -> bool {
    text(item, "sk") == "PURCHASE" && item.get("cancelled_at").is_none()
}
