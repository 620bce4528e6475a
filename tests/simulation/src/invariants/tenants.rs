//! An item, an archived object and the answer to a key name no other merchant than their own, and no member of another
//! tenant.

use super::forgotten::bytes_of;
use super::{Invariant, Rest, tenant_of, text};
use bytes::Bytes;
use domain::{MemberId, MerchantId};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::Tenant as StoredTenant;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "tenants", check: |rest| Box::pin(async move { check(rest) }) };

fn check(rest: &Rest) -> Vec<String> {
    let mut violations = in_items(&rest.items);
    rest.known.read(|state| {
        violations.extend(state.foreign.iter().cloned());
        let merchants: BTreeSet<&str> =
            state.merchants.iter().map(|merchant| merchant.id.as_str()).collect();
        violations.extend(in_objects(&rest.world.archived(), &merchants));
    });
    violations
}

/// The archived objects that name two merchants in their key or in their lines.
fn in_objects(objects: &BTreeMap<String, Bytes>, merchants: &BTreeSet<&str>) -> Vec<String> {
    let shared = objects.iter().filter(|(key, object)| {
        let lines = zstd::decode_all(object.as_ref()).unwrap_or_else(|_| object.to_vec());
        let text = format!("{key} {}", String::from_utf8_lossy(&lines));
        let words = text.split(|character: char| !character.is_ascii_alphanumeric());
        words.filter(|word| merchants.contains(word)).collect::<BTreeSet<_>>().len() > 1
    });
    shared.map(|(key, _)| format!("the object {key} names two merchants")).collect()
}

fn in_items(items: &[Value]) -> Vec<String> {
    let mut owners: BTreeMap<&str, StoredTenant> = BTreeMap::new();
    let mut merchants: BTreeMap<&str, StoredTenant> = BTreeMap::new();
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
    let members = owners.keys().filter_map(|id| Some((MemberId::parse(id).ok()?.to_bytes(), *id)));
    let others =
        merchants.keys().filter_map(|id| Some((MerchantId::parse(id).ok()?.to_bytes(), *id)));
    let in_bytes: BTreeMap<[u8; 16], &str> = members.chain(others).collect();
    let mut violations = Vec::new();
    for item in items {
        let Some((tenant, _)) = tenant_of(item) else { continue };
        let (content, bytes) = (item.to_string(), bytes_of(item));
        let windows = bytes.iter().flat_map(|bytes| bytes.windows(16));
        let named = windows.filter_map(|window| in_bytes.get(window).copied());
        let words = content.split(|character: char| !character.is_ascii_alphanumeric());
        let words = words.chain(named);
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
    use crate::known::State;
    use crate::known::merchant::Tenant;
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use serde_json::json;
    use store::Mode;

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
        assert!(in_items(&[person.clone(), purchase("")]).is_empty());
        assert_eq!(in_items(&[person.clone(), purchase("#TEST")]).len(), 1);
        let mut in_bytes = purchase("#TEST");
        let bytes = BASE64_STANDARD.encode(MemberId::parse(member).unwrap().to_bytes());
        in_bytes["member"] = json!({"B": bytes});
        assert_eq!(in_items(&[person, in_bytes]).len(), 1);
    }

    #[test]
    fn an_answer_and_an_object_that_name_another_merchant_are_found() {
        let (one, other) = ("01KAT3V5B0R6Y2Z8X4W9Q1N7M3", "01KAT3V5B0R6Y2Z8X4W9Q1N7M4");
        let merchants = BTreeSet::from([one, other]);
        let of = |key: String, line: &str| {
            let object = Bytes::from(zstd::encode_all(line.as_bytes(), 0).unwrap());
            in_objects(&BTreeMap::from([(key, object)]), &merchants).len()
        };
        assert_eq!(of(format!("{one}/2026-03"), &format!("M#{one}#OFFER")), 0);
        assert_eq!(of(format!("{one}/2026-03"), &format!("M#{other}#OFFER")), 1);
        assert_eq!(of(format!("{one}/{other}"), ""), 1);
        let tenant = |id: &str| Tenant { merchant: id.to_owned(), mode: Mode::Live };
        let mut state = State::default();
        state.owners.insert(other.to_owned(), tenant(other));
        state.note_answer(&tenant(other), "show_member", &json!({"merchant_id": other}));
        assert!(state.foreign.is_empty());
        state.note_answer(&tenant(one), "show_member", &json!({"merchant_id": other}));
        assert_eq!(state.foreign.len(), 1);
    }
}
