//! Nothing in the table names a member who was erased before the last two nights, except the items that
//! `docs/data-model.md` keeps for a fixed time.

use super::{Invariant, Rest, tenant_of, text};
use crate::world::clock;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::{MemberId, retention};
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) const INVARIANT: Invariant =
    Invariant { name: "forgotten", check: |rest| Box::pin(async move { check(rest) }) };

fn check(rest: &Rest) -> Vec<String> {
    let items = rest.world.items();
    let yesterday = retention::day_of(clock::now()).plus_days(-1).to_string();
    named_after_an_erasure(&items, &yesterday)
}

/// The items that name a member who was erased before a day.
fn named_after_an_erasure(items: &[Value], before: &str) -> Vec<String> {
    let erased: BTreeMap<[u8; 16], &str> = items
        .iter()
        .filter(|item| tenant_of(item).is_some_and(|(_, rest)| rest == "ERASED"))
        .filter_map(|item| text(item, "sk").split_once('#').filter(|(day, _)| *day < before))
        .filter_map(|(_, id)| Some((MemberId::parse(id).ok()?.to_bytes(), id)))
        .collect();
    if erased.is_empty() {
        return Vec::new();
    }
    let ids: std::collections::BTreeSet<&str> = erased.values().copied().collect();
    let ended = ended_campaigns(items);
    let mut violations = Vec::new();
    for item in items.iter().filter(|item| !may_name(item, &ended)) {
        let content = item.to_string();
        let words = content.split(|character: char| !character.is_ascii_alphanumeric());
        let mut named: Vec<&str> = words.filter(|word| ids.contains(word)).collect();
        let bytes = bytes_of(item);
        let windows = bytes.iter().flat_map(|bytes| bytes.windows(16));
        named.extend(windows.filter_map(|window| erased.get(window).copied()));
        named.dedup();
        let (pk, sk) = (text(item, "pk"), text(item, "sk"));
        violations
            .extend(named.into_iter().map(|id| format!("{pk} {sk} names {id}, who was erased")));
    }
    violations
}

/// Whether an item may name an erased member until its own end: the record of the erasure, an event, the answer to a
/// keyed request, and what a campaign needs of its recipients. The plan of a campaign has no end, and may name its last
/// batch while the campaign goes on.
fn may_name(item: &Value, ended: &[&str]) -> bool {
    let Some((_, rest)) = tenant_of(item) else { return false };
    match rest.strip_prefix("CAMPAIGN#") {
        Some(campaign) if text(item, "sk") == "PLAN" => !ended.contains(&campaign),
        Some(_) => has_end(item),
        None => {
            let is_kept =
                rest == "ERASED" || rest.starts_with("EVENT#") || rest.starts_with("IDEMPOTENCY#");
            is_kept && has_end(item)
        }
    }
}

/// Whether DynamoDB deletes an item by itself.
pub(super) fn has_end(item: &Value) -> bool {
    item["ttl"]["N"].is_string()
}

fn ended_campaigns(items: &[Value]) -> Vec<&str> {
    let campaigns = items.iter().filter(|item| text(item, "pk").ends_with("#CAMPAIGNS"));
    let ended = campaigns.filter(|item| ["finished", "cancelled"].contains(&text(item, "state")));
    ended.filter_map(|item| text(item, "sk").strip_prefix("CAMPAIGN#")).collect()
}

/// Every binary value of an item.
pub(super) fn bytes_of(item: &Value) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    add_bytes(item, &mut bytes);
    bytes
}

fn add_bytes(value: &Value, bytes: &mut Vec<Vec<u8>>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_str().filter(|_| name == "B") {
                    Some(text) => bytes.extend(BASE64_STANDARD.decode(text).ok()),
                    None => add_bytes(field, bytes),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| add_bytes(value, bytes)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const MERCHANT: &str = "01KAT3V5B0R6Y2Z8X4W9Q1N7M3";
    const MEMBER: &str = "01KAT3V5B0R6Y2Z8X4W9Q1N7M4";

    #[test]
    fn an_item_that_names_an_erased_member_in_a_text_or_in_bytes_is_found() {
        let erased = json!({
            "pk": {"S": format!("M#{MERCHANT}#ERASED")}, "sk": {"S": format!("2026-03-01#{MEMBER}")},
            "ttl": {"N": "1700000000"},
        });
        let bytes = BASE64_STANDARD.encode(MemberId::parse(MEMBER).unwrap().to_bytes());
        let of = |pk: &str, content: Value| {
            let item = json!({
                "pk": {"S": format!("M#{MERCHANT}#{pk}")}, "sk": {"S": "PURCHASE"}, "content": content,
            });
            named_after_an_erasure(&[erased.clone(), item], "2026-03-03").len()
        };
        assert_eq!(of("RECEIPT#1", json!({"S": format!("of {MEMBER}")})), 1);
        assert_eq!(of("RECEIPT#1", json!({"B": bytes})), 1);
        assert_eq!(of("RECEIPT#1", json!({"S": "of nobody"})), 0);
        let event = |end: Value| {
            json!({
                "pk": {"S": format!("M#{MERCHANT}#EVENT#02")}, "sk": {"S": "1"},
                "content": {"S": MEMBER}, "ttl": end,
            })
        };
        let with_an_end = event(json!({"N": "1700000000"}));
        let in_event = |event| named_after_an_erasure(&[erased.clone(), event], "2026-03-03").len();
        assert_eq!(in_event(with_an_end), 0);
        assert_eq!(in_event(event(Value::Null)), 1);
    }
}
