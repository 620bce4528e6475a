//! A visit, and a correction of a balance by hand, that was acknowledged has its entry in the ledger with the points
//! that were acknowledged. The entry of a member who was merged belongs to the family.

use super::super::people::People;
use super::super::{Rest, number, text};
use crate::known::fact::Fact;
use crate::known::merchant::Tenant;
use crate::known::{Acknowledged, State};
use domain::Instant;
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Visits of one round may have the same key, and then one entry. The last try of a step comes this long after the
/// beginning of the round at most.
const ONE_ROUND: SignedDuration = SignedDuration::from_hours(4);

pub(super) fn check(rest: &Rest, state: &State, people: &People) -> Vec<String> {
    let is_complete = |tenant: &Tenant| {
        state.merchant(&tenant.merchant).is_some_and(|merchant| rest.is_complete(merchant))
    };
    let must_be_there =
        |tenant: &Tenant, member: &str| is_complete(tenant) && !people.may_be_erased(member);
    let mut violations = adjustments(state, &rest.items, people, must_be_there);
    violations.extend(visits(state, &rest.items, people, must_be_there));
    violations
}

fn adjustments(
    state: &State,
    items: &[Value],
    people: &People,
    must_be_there: impl Fn(&Tenant, &str) -> bool,
) -> Vec<String> {
    let stored =
        items.iter().filter(|item| text(item, "kind") == "adjustment").filter_map(|item| {
            let at: Instant = text(item, "instant").parse().ok()?;
            Some((people.root(text(item, "member")), at.as_second(), number(item, "points")))
        });
    let stored: BTreeSet<(&str, i64, i64)> = stored.collect();
    let missing = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::Adjusted { tenant, member, points, entered_at } = &acknowledged.fact else {
            return None;
        };
        let entry = (people.root(member), entered_at.as_second(), *points);
        let is_missing = must_be_there(tenant, member) && !stored.contains(&entry);
        is_missing.then(|| {
            format!("the correction of {member} by {points} points at {entered_at} has no entry")
        })
    });
    missing.collect()
}

fn visits(
    state: &State,
    items: &[Value],
    people: &People,
    must_be_there: impl Fn(&Tenant, &str) -> bool,
) -> Vec<String> {
    let mut stored: BTreeMap<(&str, i64), usize> = BTreeMap::new();
    for item in items.iter().filter(|item| text(item, "kind") == "visit") {
        let family = people.root(text(item, "member"));
        *stored.entry((family, number(item, "points"))).or_default() += 1;
    }
    let mut answers: BTreeMap<(&str, i64), Vec<&Acknowledged>> = BTreeMap::new();
    for acknowledged in &state.acknowledged {
        let Fact::Visited { tenant, member, points } = &acknowledged.fact else { continue };
        if must_be_there(tenant, member) {
            answers.entry((people.root(member), *points)).or_default().push(acknowledged);
        }
    }
    let missing = answers.into_iter().filter_map(|((member, points), answers)| {
        let (visits, entries) =
            (least(&answers), stored.get(&(member, points)).copied().unwrap_or_default());
        (entries < visits).then(|| {
            format!(
                "{member} and its family have {entries} entries of {visits} visits of {points} points"
            )
        })
    });
    missing.collect()
}

/// The least number of visits that these answers are about: all answers of a step, and those of one round, may be about
/// one visit.
fn least(answers: &[&Acknowledged]) -> usize {
    let mut first: BTreeMap<u32, Instant> = BTreeMap::new();
    for answer in answers {
        let sent_at = first.entry(answer.step).or_insert(answer.sent_at);
        *sent_at = (*sent_at).min(answer.sent_at);
    }
    let mut sent_at: Vec<Instant> = first.into_values().collect();
    sent_at.sort_unstable();
    let (mut visits, mut last) = (0, None);
    for at in sent_at {
        if last.is_none_or(|last| at > last + ONE_ROUND) {
            (visits, last) = (visits + 1, Some(at));
        }
    }
    visits
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use store::Mode;

    fn tenant() -> Tenant {
        Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live }
    }

    fn acknowledged(step: u32, hour: i64, fact: Fact) -> Acknowledged {
        let at = Instant::from_second(hour * 3_600).unwrap();
        Acknowledged { step, operation: "an operation", sent_at: at, at, fact }
    }

    fn entry(kind: &str, points: i64) -> Value {
        json!({
            "kind": {"S": kind}, "member": {"S": "a member"},
            "instant": {"S": "1970-01-01T00:00:07Z"}, "points": {"N": points.to_string()},
        })
    }

    #[test]
    fn a_correction_whose_entry_has_other_points_is_found() {
        let entered_at = Instant::from_second(7).unwrap();
        let fact = Fact::Adjusted {
            tenant: tenant(),
            member: "a member".to_owned(),
            points: 5,
            entered_at,
        };
        let state = State { acknowledged: vec![acknowledged(1, 0, fact)], ..State::default() };
        let people = People::of(&state, &[]);
        let of = |points| {
            adjustments(&state, &[entry("adjustment", points)], &people, |_, _| true).len()
        };
        assert_eq!((of(5), of(4)), (0, 1));
    }

    #[test]
    fn a_visit_without_an_entry_is_found() {
        let visited = |step, hour| {
            let member = "a member".to_owned();
            acknowledged(step, hour, Fact::Visited { tenant: tenant(), member, points: 1 })
        };
        // Two visits, one of which was answered twice.
        let state = State {
            acknowledged: vec![visited(1, 0), visited(1, 1), visited(2, 24)],
            ..State::default()
        };
        let people = People::of(&state, &[]);
        let of = |entries| {
            let stored = vec![entry("visit", 1); entries];
            visits(&state, &stored, &people, |_, _| true).len()
        };
        assert_eq!((of(2), of(1), of(0)), (0, 1, 1));
    }
}
