//! A key that was revoked stays revoked.

use crate::invariants::{Rest, text};
use crate::known::State;
use crate::known::fact::Fact;
use serde_json::Value;

pub(super) fn check(rest: &Rest, state: &State) -> Vec<String> {
    let revoked = state.acknowledged.iter().filter_map(|acknowledged| match &acknowledged.fact {
        Fact::KeyRevoked { key, .. } => Some(key.as_str()),
        _ => None,
    });
    let in_use = revoked.filter(|key| rest.items.iter().any(|item| is_in_use(item, key)));
    in_use.map(|key| format!("the key {key} was revoked, and is in use")).collect()
}

/// Whether an item is a key, by its identifier, that was not revoked.
fn is_in_use(item: &Value, key: &str) -> bool {
    text(item, "sk").starts_with("KEY#")
        && text(item, "id") == key
        && text(item, "revoked_at").is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_without_the_instant_of_its_revocation_is_in_use() {
        let key = json!({"sk": {"S": "KEY#paris#live#till#1"}, "id": {"S": "K1"}});
        let mut revoked = key.clone();
        revoked["revoked_at"] = json!({"S": "2026-11-24T09:00:00Z"});
        assert!(is_in_use(&key, "K1"));
        assert!(!is_in_use(&key, "K2"));
        assert!(!is_in_use(&revoked, "K1"));
    }
}
