//! The spend and the visits of a member are those of the member's sales, returns and visits. What was returned of a
//! sale is the sum of its returns, and never more than the sale.

use super::rewards::has_erasures;
use super::{Invariant, Rest, tenant_of, text};
use domain::{MemberId, PurchaseKind, Receipt};
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

/// What the documents of a tenant sum to.
#[derive(Default)]
struct Documents {
    of_members: BTreeMap<MemberId, Sums>,
    of_sales: BTreeMap<Receipt, Returned>,
}

/// The returns of one sale, in cents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Returned {
    /// The total of the sale; `None` for one that is not there, or is cancelled.
    total: Option<i64>,
    /// What the sale says.
    noted: i64,
    /// The sum of the returns that name the sale.
    returns: i64,
}

async fn check(rest: &Rest) -> Vec<String> {
    let mut violations = Vec::new();
    let store = rest.store();
    for scope in rest.scopes(&mut violations).await {
        let documents = match documents(rest, &store, &scope).await {
            Ok(documents) => documents,
            Err(problem) => {
                violations.push(problem);
                continue;
            }
        };
        let has_erasures = has_erasures(rest, scope.tenant());
        violations.extend(documents.of_sales.iter().filter_map(|(receipt, returned)| {
            let tenant = scope.tenant();
            returned.problem(has_erasures).map(|problem| format!("{tenant} {receipt:?}: {problem}"))
        }));
        for member in rest.members(&scope, &mut violations).await {
            let ids = std::iter::once(member.person.id).chain(member.person.absorbed.clone());
            let mut expected = Sums::default();
            for of in ids.filter_map(|id| documents.of_members.get(&id)) {
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

/// The sums of a tenant.
async fn documents(rest: &Rest, store: &Store, scope: &Scope) -> Result<Documents, String> {
    let mut documents = Documents::default();
    for item in &rest.items {
        let Some((tenant, rest)) = tenant_of(item) else { continue };
        if tenant != scope.tenant() {
            continue;
        }
        let member = MemberId::parse(text(item, "member")).ok();
        let mut of_member = Sums::default();
        of_member.visits += i64::from(text(item, "kind") == "visit");
        if is_live_purchase(item) {
            let receipt = rest.strip_prefix("RECEIPT#").and_then(domain::purchase::id::receipt);
            let receipt = receipt.ok_or_else(|| format!("{rest} is no receipt"))?;
            let stored = store.purchase(scope, &receipt).await;
            let stored = stored.map_err(|error| format!("{rest}: {error}"))?;
            let total = stored.purchase.total().get();
            match stored.purchase.kind() {
                PurchaseKind::Sale => {
                    of_member.spend += total;
                    of_member.visits += 1;
                    let of_sale = documents.of_sales.entry(receipt).or_default();
                    (of_sale.total, of_sale.noted) = (Some(total), stored.returned.get());
                }
                PurchaseKind::Return { of } => {
                    of_member.spend -= total;
                    if let Some(sale) = of {
                        documents.of_sales.entry(sale.clone()).or_default().returns += total;
                    }
                }
            }
        }
        if let Some(member) = member.filter(|_| of_member != Sums::default()) {
            let of = documents.of_members.entry(member).or_default();
            of.spend += of_member.spend;
            of.visits += of_member.visits;
        }
    }
    Ok(documents)
}

impl Returned {
    /// What is wrong. An erasure deletes returns.
    fn problem(self, has_erasures: bool) -> Option<String> {
        let Self { total: Some(total), noted, returns } = self else { return None };
        let is_noted = if has_erasures { noted >= returns } else { noted == returns };
        let is_wrong = !is_noted || noted > total;
        is_wrong.then(|| format!("{noted} of {total} are returned, the returns have {returns}"))
    }
}

/// Whether an item is a purchase that is not cancelled.
pub(super) fn is_live_purchase(item: &Value) -> bool {
    text(item, "sk") == "PURCHASE" && item.get("cancelled_at").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sale_that_does_not_know_one_of_its_returns_is_found() {
        let of = |noted, returns| Returned { total: Some(900), noted, returns };
        assert_eq!(of(900, 900).problem(false), None);
        assert!(of(500, 900).problem(false).is_some());
        assert!(of(500, 900).problem(true).is_some());
        assert!(of(1_000, 1_000).problem(false).is_some());
        assert_eq!(of(900, 500).problem(true), None);
    }
}
