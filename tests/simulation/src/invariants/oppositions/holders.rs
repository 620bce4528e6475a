//! The members who have the oppositions of another one by a merge.

use crate::known::fact::Fact;
use crate::known::{Acknowledged, State, Uncertain};
use domain::Instant;

/// Since when a member certainly has had the oppositions of another one, at an instant: since the merge. `None` where
/// the merge may not have been, or may have been undone.
pub(super) fn held_since(
    state: &State,
    member: &str,
    holder: &str,
    until: Instant,
) -> Option<Instant> {
    if member == holder {
        return Some(Instant::MIN);
    }
    let merges = state.acknowledged.iter().filter_map(|merge| {
        let Fact::Merged { survivor, absorbed, .. } = &merge.fact else { return None };
        let is_of = absorbed == member && merge.at < until;
        // A member who was merged into a third one before is not the survivor: the third one is.
        let is_certain = is_of
            && !may_be_undone(state, member, merge.sent_at, until)
            && !may_be_absorbed(state, survivor, merge.at);
        let since = is_certain.then(|| held_since(state, survivor, holder, until))??;
        Some(since.max(merge.at))
    });
    merges.min()
}

/// Whether a member may have been merged into another one before an instant.
pub(super) fn may_be_absorbed(state: &State, member: &str, before: Instant) -> bool {
    let known = state.acknowledged.iter().any(|Acknowledged { fact, sent_at, .. }| {
        matches!(fact, Fact::Merged { absorbed, .. } if absorbed == member) && *sent_at <= before
    });
    known || state.uncertain.iter().any(|one| is_step(one, "merge_members", member, before))
}

/// Whether a merge of a member, which was asked for at an instant, may have been undone before another one.
fn may_be_undone(state: &State, member: &str, merged: Instant, before: Instant) -> bool {
    let known = state.acknowledged.iter().any(|Acknowledged { fact, sent_at, at, .. }| {
        matches!(fact, Fact::Unmerged { absorbed, .. } if absorbed == member)
            && *at >= merged
            && *sent_at <= before
    });
    known || state.uncertain.iter().any(|one| is_step(one, "unmerge_members", member, before))
}

/// Whether a request without a sure answer is one that absorbs a member, or undoes that.
fn is_step(uncertain: &Uncertain, operation: &str, absorbed: &str, before: Instant) -> bool {
    uncertain.operation == operation
        && uncertain.body["absorbed_member_id"] == absorbed
        && uncertain.sent_at <= before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::merchant::Tenant;
    use serde_json::json;
    use store::Mode;

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn step(fact: Fact, second: i64) -> Acknowledged {
        let (sent_at, at) = (at(second), at(second + 1));
        Acknowledged { step: 1, operation: "merge_members", sent_at, at, fact }
    }

    fn tenant() -> Tenant {
        Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live }
    }

    fn merged(absorbed: &str, survivor: &str, second: i64) -> Acknowledged {
        let (tenant, survivor, absorbed) = (tenant(), survivor.to_owned(), absorbed.to_owned());
        step(Fact::Merged { tenant, survivor, absorbed }, second)
    }

    fn unmerged(absorbed: &str, survivor: &str, second: i64) -> Acknowledged {
        let (tenant, survivor, absorbed) = (tenant(), survivor.to_owned(), absorbed.to_owned());
        step(Fact::Unmerged { tenant, survivor, absorbed }, second)
    }

    fn since(acknowledged: &[Acknowledged], holder: &str, until: i64) -> Option<Instant> {
        let state = State { acknowledged: acknowledged.to_vec(), ..State::default() };
        held_since(&state, "a", holder, at(until))
    }

    #[test]
    fn a_survivor_has_the_oppositions_since_the_merge() {
        let merges = [merged("a", "b", 10), merged("b", "c", 20)];
        assert_eq!(since(&merges, "a", 5), Some(Instant::MIN));
        assert_eq!(since(&merges, "b", 11), None);
        assert_eq!(since(&merges, "b", 12), Some(at(11)));
        assert_eq!(since(&merges, "c", 15), None);
        assert_eq!(since(&merges, "c", 30), Some(at(21)));
        assert_eq!(since(&merges, "d", 30), None);
    }

    #[test]
    fn a_merge_that_may_be_undone_or_may_have_another_survivor_tells_nothing() {
        let undone = [merged("a", "b", 10), unmerged("a", "b", 20)];
        assert_eq!(since(&undone, "b", 15), Some(at(11)));
        assert_eq!(since(&undone, "b", 25), None);
        let again = [&undone[..], &[merged("a", "b", 30)]].concat();
        assert_eq!(since(&again, "b", 40), Some(at(31)));
        assert_eq!(since(&[merged("b", "c", 5), merged("a", "b", 10)], "b", 40), None);
        let path = "/v1/members/b/unmerge".to_owned();
        let body = json!({"absorbed_member_id": "a"});
        let (sent_at, gave_up, operation) = (at(2), at(3), "unmerge_members");
        let uncertain =
            Uncertain { step: 2, operation, path, body, sent_at, at: gave_up, tenant: None };
        let (acknowledged, uncertain) = (vec![merged("a", "b", 10)], vec![uncertain]);
        let state = State { acknowledged, uncertain, ..State::default() };
        assert_eq!(held_since(&state, "a", "b", at(40)), None);
    }
}
