//! The filter of the stream's event source, as Lambda applies it.

use serde_json::Value;
use std::sync::LazyLock;

/// The patterns of `FilterCriteria` in the template, which a check compares with these settings.
static PATTERNS: LazyLock<Value> = LazyLock::new(|| {
    let settings: Value =
        serde_json::from_str(include_str!("../../settings.json")).expect("the settings are JSON");
    settings["stream"]["filters"].clone()
});

/// Whether a change goes to the function: it matches one of the patterns.
pub(super) fn wants(change: &Value) -> bool {
    PATTERNS.as_array().into_iter().flatten().any(|pattern| matches(pattern, change))
}

/// Whether each key of the pattern has one of the values that the pattern lists for it.
fn matches(pattern: &Value, value: &Value) -> bool {
    match pattern {
        Value::Object(keys) => keys.iter().all(|(key, pattern)| matches(pattern, &value[key])),
        Value::Array(listed) => listed.iter().any(|one| is_met(one, value)),
        _ => panic!("{pattern}: a pattern is an object or a list"),
    }
}

fn is_met(wanted: &Value, value: &Value) -> bool {
    match (&wanted["prefix"], &wanted["exists"]) {
        (Value::String(prefix), Value::Null) => {
            value.as_str().is_some_and(|text| text.starts_with(prefix.as_str()))
        }
        (Value::Null, Value::Bool(exists)) => value.is_null() != *exists,
        (Value::Null, Value::Null) => wanted == value,
        _ => panic!("{wanted}: the simulation does not know this test"),
    }
}

#[cfg(test)]
pub(super) fn patterns() -> Value {
    PATTERNS.clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_wanted_where_a_pattern_matches_it() {
        let change = |name: &str, sk: &str, image: Value| json!({"eventName": name, "dynamodb": {"Keys": {"sk": {"S": sk}}, "NewImage": image}});
        let person = |attribute: &str| json!({attribute: {"S": "2026-01-05"}});
        assert!(wants(&change("MODIFY", "PURCHASE", json!({}))));
        assert!(!wants(&change("REMOVE", "PURCHASE", json!({}))));
        assert!(wants(&change("INSERT", "LEDGER#1", json!({}))));
        assert!(wants(&change("INSERT", "MEMBER#1#PERSON", person("enrolment"))));
        assert!(!wants(&change("MODIFY", "MEMBER#1#PERSON", person("enrolment"))));
        assert!(wants(&change("MODIFY", "MEMBER#1#PERSON", person("erased_on"))));
        assert!(!wants(&change("MODIFY", "MEMBER#1#ACCOUNT", json!({}))));
    }
}
