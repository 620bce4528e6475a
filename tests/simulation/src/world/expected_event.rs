//! The event that a change of the table must become, as the guide to webhooks lists the events.

use super::change::Change;
use domain::Instant;
use serde_json::Value;

/// An event that a change must become, where an endpoint subscribes to it.
#[derive(Debug, Clone)]
pub(crate) struct ExpectedEvent {
    /// The number of the change.
    pub(crate) number: u64,
    pub(crate) at: Instant,
    /// The partition key of the changed item.
    pub(crate) pk: String,
    pub(crate) kind: &'static str,
    /// Whether only the endpoints that want the events of files get it.
    pub(crate) is_of_file: bool,
}

impl ExpectedEvent {
    pub(super) fn of(change: &Change) -> Option<Self> {
        let (pk, sk) = &change.key;
        let (before, after) = (change.before.as_ref(), change.after.as_ref()?);
        let (kind, is_of_file) = if sk == "PURCHASE" {
            of_purchase(before, after)?
        } else if sk.starts_with("LEDGER#") {
            of_entry(before, after)?
        } else {
            of_person(before, after)?
        };
        Some(Self { number: change.number, at: change.at, pk: pk.clone(), kind, is_of_file })
    }
}

/// A cancelled purchase whose receipt is sent again is a new purchase.
fn of_purchase(before: Option<&Value>, after: &Value) -> Option<(&'static str, bool)> {
    let is_cancelled = |purchase: &Value| purchase.get("cancelled_at").is_some();
    let member = |purchase: &Value| purchase["member"]["S"].as_str().map(str::to_owned);
    match before {
        Some(before) if is_cancelled(after) && !is_cancelled(before) => {
            Some(("purchase.cancelled", false))
        }
        Some(before) if is_cancelled(after) || !is_cancelled(before) => {
            let is_attached = member(after).is_some() && member(after) != member(before);
            is_attached.then_some(("purchase.attached", false))
        }
        _ => {
            let source = after["source"]["S"].as_str().unwrap_or_default();
            Some(("purchase.created", source.starts_with('F')))
        }
    }
}

/// Each person has one item with these attributes. It becomes a record of the erasure.
fn of_person(before: Option<&Value>, after: &Value) -> Option<(&'static str, bool)> {
    let Some(before) = before else {
        let enrolment = after["enrolment"]["S"].as_str()?;
        return Some(("member.created", enrolment == "file_row" || enrolment == "attestation"));
    };
    let is_erased = |person: &Value| person.get("erased_on").is_some();
    (is_erased(after) && !is_erased(before)).then_some(("member.erased", false))
}

fn of_entry(before: Option<&Value>, after: &Value) -> Option<(&'static str, bool)> {
    if after["kind"]["S"] == "merge" && before.is_none() {
        return Some(("member.merged", false));
    }
    let points = |entry: &Value| -> i64 {
        entry["points"]["N"].as_str().and_then(|points| points.parse().ok()).unwrap_or_default()
    };
    let has_changed = points(after) != before.map_or(0, points);
    has_changed.then_some(("points.changed", after["file"]["BOOL"] == true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_change_of_a_purchase_is_an_event_of_its_own() {
        let sold = json!({"source": {"S": "Tkey"}});
        let of_member = json!({"source": {"S": "Tkey"}, "member": {"S": "a"}});
        let cancelled = json!({"source": {"S": "Tkey"}, "cancelled_at": {"S": "today"}});
        let in_file = json!({"source": {"S": "Ffile:1"}});
        assert_eq!(of_purchase(None, &sold), Some(("purchase.created", false)));
        assert_eq!(of_purchase(None, &in_file), Some(("purchase.created", true)));
        assert_eq!(of_purchase(Some(&sold), &cancelled), Some(("purchase.cancelled", false)));
        assert_eq!(of_purchase(Some(&cancelled), &sold), Some(("purchase.created", false)));
        assert_eq!(of_purchase(Some(&sold), &of_member), Some(("purchase.attached", false)));
        assert_eq!(of_purchase(Some(&sold), &sold), None);
    }

    #[test]
    fn an_entry_is_an_event_where_its_points_change() {
        let entry = |points: &str| json!({"kind": {"S": "visit"}, "points": {"N": points}});
        assert_eq!(of_entry(None, &entry("5")), Some(("points.changed", false)));
        assert_eq!(of_entry(None, &entry("0")), None);
        assert_eq!(of_entry(Some(&entry("5")), &entry("5")), None);
        assert_eq!(of_entry(Some(&entry("5")), &entry("7")), Some(("points.changed", false)));
    }
}
