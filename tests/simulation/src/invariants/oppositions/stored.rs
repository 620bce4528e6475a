//! The persons who opposed have the opposition.

use super::super::people::created_at;
use super::consented::Stated;
use super::text::expected as written;
use crate::invariants::{Rest, stored_tenant, tenant_of, text};
use crate::known::State;
use crate::known::fact::Fact;
use domain::{Channel, Instant, MemberId, retention};
use serde_json::Value;
use std::collections::BTreeMap;
use store::{Scope, Tenant};

/// An opposition that a member must have.
pub(super) struct Expected {
    pub(super) member: MemberId,
    pub(super) channel: Channel,
    /// No stored opposition is older.
    pub(super) said_at: Instant,
}

pub(super) async fn check(rest: &Rest, scope: &Scope) -> Vec<String> {
    let (store, tenant) = (rest.store(), scope.tenant());
    let mut violations = Vec::new();
    let mut expected = rest.known.read(|state| stated(rest, state, tenant));
    expected.extend(written(rest, scope, &mut violations).await);
    for Expected { member: id, channel, said_at } in expected {
        let member = match store.member(scope, id).await {
            Ok(member) => member,
            Err(error) => {
                violations.push(format!("{id}: {error}"));
                continue;
            }
        };
        let opposition = member.person.consents.of(channel).opposition;
        if opposition.is_none_or(|opposition| opposition.at.as_second() < said_at.as_second()) {
            let day = retention::day_of(created_at(&id.to_string()));
            violations.push(format!(
                "{id} of {day} opposed by {channel:?} at {said_at}, stored is {opposition:?}"
            ));
        }
    }
    violations
}

/// The oppositions that a till or a back office stated of members who are still there. A member who is part of a merge
/// has them in the record of the survivor, and keeps them when the merge is undone.
fn stated(rest: &Rest, state: &State, tenant: Tenant) -> Vec<Expected> {
    let persons = persons(&rest.items, tenant);
    let of_tenant = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::ConsentPut { tenant: of, member, channel, given: false, stated_at } =
            &acknowledged.fact
        else {
            return None;
        };
        let said_at = Stated::of(acknowledged, *stated_at).said.0;
        let is_here = stored_tenant(of) == Some(tenant) && is_there(&persons, member);
        let member = is_here.then(|| MemberId::parse(member).ok())??;
        Some(Expected { member, channel: *channel, said_at })
    });
    of_tenant.collect()
}

/// The items of a tenant's persons.
fn persons(items: &[Value], of: Tenant) -> BTreeMap<&str, &Value> {
    let of_tenant =
        items.iter().filter(|item| tenant_of(item).is_some_and(|(tenant, _)| tenant == of));
    let persons = of_tenant.filter_map(|item| {
        let id = text(item, "sk").strip_prefix("MEMBER#")?.strip_suffix("#PERSON")?;
        Some((id, item))
    });
    persons.collect()
}

/// Whether a member, or the one that the member was merged into, is not erased.
fn is_there(persons: &BTreeMap<&str, &Value>, member: &str) -> bool {
    let mut id = member;
    while let Some(person) = persons.get(id).filter(|person| person.get("erased_on").is_none()) {
        match text(person, "merged_into") {
            "" => return true,
            survivor => id = survivor,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_member_is_there_unless_the_member_or_the_survivor_is_erased() {
        let (alive, erased) = (json!({}), json!({"erased_on": {"S": "2026-03-01"}}));
        let into = |survivor: &str| json!({"merged_into": {"S": survivor}});
        let (into_alive, into_erased) = (into("alive"), into("erased"));
        let persons = BTreeMap::from([
            ("alive", &alive),
            ("erased", &erased),
            ("absorbed", &into_alive),
            ("gone", &into_erased),
        ]);
        let there = ["alive", "erased", "absorbed", "gone", "unknown"];
        let there = there.map(|member| is_there(&persons, member));
        assert_eq!(there, [true, false, true, false, false]);
    }
}
