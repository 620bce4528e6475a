//! An item names no other merchant than the one whose partition it is in, and no member of another tenant.

use super::{Invariant, tenant_of, text};
use serde_json::Value;
use std::collections::BTreeMap;
use store::Tenant;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "tenants", check: |rest| Box::pin(async move { check(&rest.items) }) };

fn check(items: &[Value]) -> Vec<String> {
    let mut owners: BTreeMap<&str, Tenant> = BTreeMap::new();
    let mut merchants: BTreeMap<&str, Tenant> = BTreeMap::new();
    for item in items {
        let Some((tenant, _)) = tenant_of(item) else { continue };
        let sk = text(item, "sk");
        if let Some(id) = sk.strip_prefix("MEMBER#").and_then(|rest| rest.strip_suffix("#PERSON")) {
            owners.insert(id, tenant);
        }
        if sk == "PROFILE" {
            merchants.extend(text(item, "pk").strip_prefix("M#").map(|id| (id, tenant)));
        }
    }
    let mut violations = Vec::new();
    for item in items {
        let Some((tenant, _)) = tenant_of(item) else { continue };
        let content = item.to_string();
        let words = content.split(|character: char| !character.is_ascii_alphanumeric());
        let foreign = words.filter(|word| {
            let of_other = owners.get(word).is_some_and(|owner| *owner != tenant);
            of_other || merchants.get(word).is_some_and(|of| of.merchant != tenant.merchant)
        });
        let (pk, sk) = (text(item, "pk"), text(item, "sk"));
        violations.extend(foreign.map(|word| format!("{pk} {sk} names {word}")));
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_item_of_the_test_data_that_names_a_member_of_the_live_data_is_found() {
        let (merchant, member) = ("01KAT3V5B0R6Y2Z8X4W9Q1N7M3", "01KAT3V5B0R6Y2Z8X4W9Q1N7M4");
        let person = json!({
            "pk": {"S": format!("M#{merchant}#S#01")}, "sk": {"S": format!("MEMBER#{member}#PERSON")},
        });
        let purchase = |tenant: &str| {
            json!({
                "pk": {"S": format!("M#{merchant}{tenant}#RECEIPT#paris#1#2026-03-01#T1")},
                "sk": {"S": "PURCHASE"}, "member": {"S": member},
            })
        };
        assert!(check(&[person.clone(), purchase("")]).is_empty());
        assert_eq!(check(&[person, purchase("#TEST")]).len(), 1);
    }
}
