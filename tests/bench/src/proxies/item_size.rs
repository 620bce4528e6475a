//! The size of an item by AWS's rule ("`DynamoDB` item sizes and formats", developer guide).

use base64::Engine as _;
use serde_json::{Map, Value};

/// Write units of one write of `bytes`, outside a transaction: one for each KB or part of a KB.
#[expect(clippy::cast_precision_loss, reason = "an item is at most 400 KB")]
pub(crate) fn write_units(bytes: usize) -> f64 {
    bytes.div_ceil(1024).max(1) as f64
}

/// Bytes of an item in DynamoDB's JSON: its names and its values.
pub(crate) fn item_size(item: &Map<String, Value>) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(typed: &Value) -> usize {
    let Some((kind, value)) = typed.as_object().and_then(|typed| typed.iter().next()) else {
        return 0;
    };
    let elements = |size: fn(&Value) -> usize| {
        value.as_array().map_or(0, |elements| elements.iter().map(size).sum())
    };
    match kind.as_str() {
        "S" => text(value),
        "N" => number(value),
        "B" => binary(value),
        "SS" => elements(text),
        "NS" => elements(number),
        "BS" => elements(binary),
        "L" => 3 + elements(|element| 1 + value_size(element)),
        "M" => value.as_object().map_or(3, |map| 3 + map.len() + item_size(map)),
        _ => 1, // BOOL, NULL
    }
}

fn text(value: &Value) -> usize {
    value.as_str().map_or(0, str::len)
}

/// A byte, and one for each two significant digits; one more for a sign.
fn number(value: &Value) -> usize {
    let written = value.as_str().unwrap_or_default();
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let significant = digits.trim_matches('0').len();
    1 + significant.div_ceil(2) + usize::from(written.starts_with('-'))
}

fn binary(value: &Value) -> usize {
    let text = value.as_str().unwrap_or_default();
    base64::engine::general_purpose::STANDARD.decode(text).map_or(0, |bytes| bytes.len())
}
