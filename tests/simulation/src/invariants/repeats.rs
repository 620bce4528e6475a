//! A request that a sender repeated, with the same key or the same receipt, got the same answer, and was carried out
//! once.

use super::people::{People, member_in};
use super::{Invariant, Rest, text};
use crate::known::fact::Fact;
use crate::known::{Acknowledged, State};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const INVARIANT: Invariant =
    Invariant { name: "repeats", check: |rest| Box::pin(async move { check(rest) }) };

/// The operations with a key that leave an entry in the ledger, and the kind of the entry.
const KEYED: [(&str, &str); 3] = [
    ("create_adjustment", "adjustment"),
    ("create_redemption", "redemption"),
    ("create_visit", "visit"),
];

/// The answer to a request that may be repeated.
struct Answer {
    /// What the answer is about: the steps that send this request again have the same one.
    about: String,
    /// What the answer to the repeated request must be, too.
    content: String,
    /// What another request must name to change the answer.
    changed_by: String,
}

fn check(rest: &Rest) -> Vec<String> {
    rest.known.read(|state| {
        let mut violations = answers(state);
        violations.extend(entries(state, &rest.items));
        violations
    })
}

/// The families of members that have more entries than requests were sent. All tries of a step are one request.
fn entries(state: &State, items: &[Value]) -> Vec<String> {
    let people = People::of(state, items);
    let acknowledged = state.acknowledged.iter().filter_map(|acknowledged| {
        let member = match &acknowledged.fact {
            Fact::Adjusted { member, .. } | Fact::Visited { member, .. } => member,
            Fact::RedemptionKnown { redemption, .. } => &redemption.member,
            _ => return None,
        };
        Some((acknowledged.operation, people.root(member), acknowledged.step))
    });
    let uncertain = state.uncertain.iter().filter_map(|uncertain| {
        let member = member_in(&uncertain.path)?;
        Some((uncertain.operation, people.root(member), uncertain.step))
    });
    let mut sent: BTreeMap<(&str, &str), BTreeSet<u32>> = BTreeMap::new();
    for (operation, member, step) in acknowledged.chain(uncertain) {
        if let Some((_, kind)) = KEYED.into_iter().find(|(keyed, _)| *keyed == operation) {
            sent.entry((kind, member)).or_default().insert(step);
        }
    }
    let mut stored: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for item in items {
        let kind = text(item, "kind");
        if KEYED.into_iter().any(|(_, keyed)| keyed == kind) {
            *stored.entry((kind, people.root(text(item, "member")))).or_default() += 1;
        }
    }
    let repeated = stored.into_iter().filter_map(|((kind, member), entries)| {
        let requests = sent.get(&(kind, member)).map_or(0, BTreeSet::len);
        (entries > requests).then(|| {
            format!("{member} and its family have {entries} entries {kind} of {requests} requests")
        })
    });
    repeated.collect()
}

fn answers(state: &State) -> Vec<String> {
    let mut first: BTreeMap<(u32, String), (&Acknowledged, Answer)> = BTreeMap::new();
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Some(answer) = answer(acknowledged) else { continue };
        let step = acknowledged.step;
        let Some((before, earlier)) = first.get(&(step, answer.about.clone())) else {
            first.insert((step, answer.about.clone()), (acknowledged, answer));
            continue;
        };
        let is_same = answer.content == earlier.content;
        if !is_same && !is_changed_between(state, before, acknowledged, &earlier.changed_by) {
            let (about, before, after) = (&answer.about, &earlier.content, &answer.content);
            violations.push(format!("step {step}, {about}: first {before}, then {after}"));
        }
    }
    violations
}

fn answer(acknowledged: &Acknowledged) -> Option<Answer> {
    let operation = acknowledged.operation;
    let (about, content, changed_by) = match (&acknowledged.fact, operation) {
        (Fact::RedemptionKnown { redemption, .. }, "create_redemption") => {
            let (id, points, coupon) = (&redemption.id, redemption.points, &redemption.coupon);
            (operation.to_owned(), format!("{id} {points} {coupon:?}"), id.clone())
        }
        (Fact::Visited { points, member, .. }, "create_visit") => {
            (operation.to_owned(), points.to_string(), member.clone())
        }
        (Fact::MemberKnown { member, .. }, "create_member") => {
            (operation.to_owned(), member.id.clone(), member.id.clone())
        }
        (Fact::PurchaseRecorded { purchase, .. }, "create_purchase") => {
            let (id, total, points) = (&purchase.id, purchase.total_cents, purchase.points);
            (format!("{operation} {id}"), format!("{total} {points}"), id.clone())
        }
        _ => return None,
    };
    Some(Answer { about, content, changed_by })
}

/// Whether another step may have changed the answer between a request and its repetition.
fn is_changed_between(
    state: &State,
    first: &Acknowledged,
    second: &Acknowledged,
    changed_by: &str,
) -> bool {
    let is_between = |sent_at, at| sent_at <= second.at && at >= first.sent_at;
    let known = state.acknowledged.iter().any(|other| {
        let is_other = other.step != first.step && is_between(other.sent_at, other.at);
        is_other && format!("{:?}", other.fact).contains(changed_by)
    });
    let uncertain = state.uncertain.iter().any(|other| {
        let is_other = other.step != first.step && is_between(other.sent_at, other.at);
        let names = other.path.contains(changed_by) || other.body.to_string().contains(changed_by);
        // The body of a document has the receipt, and not the identifier.
        is_other && (names || other.operation == "create_purchase")
    });
    known || uncertain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::merchant::Tenant;
    use domain::Instant;
    use serde_json::json;
    use store::Mode;

    fn visit(second: i64, points: i64) -> Acknowledged {
        let at = Instant::from_second(second).unwrap();
        let tenant = Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live };
        let fact = Fact::Visited { tenant, member: "a member".to_owned(), points };
        Acknowledged { step: 1, operation: "create_visit", sent_at: at, at, fact }
    }

    #[test]
    fn another_answer_to_a_repeated_visit_is_found() {
        let of = |acknowledged| answers(&State { acknowledged, ..State::default() });
        assert!(of(vec![visit(1, 5), visit(2, 5)]).is_empty());
        assert_eq!(of(vec![visit(1, 5), visit(2, 0)]).len(), 1);
    }

    #[test]
    fn a_visit_that_was_carried_out_twice_is_found() {
        let acknowledged = vec![visit(1, 5), visit(2, 5)];
        let state = State { acknowledged, ..State::default() };
        let entry = json!({"kind": {"S": "visit"}, "member": {"S": "a member"}});
        assert!(entries(&state, std::slice::from_ref(&entry)).is_empty());
        assert_eq!(entries(&state, &[entry.clone(), entry]).len(), 1);
    }
}
