//! The persons who opposed have the opposition.

use super::super::people::{People, created_at};
use super::consented::Stated;
use super::{text, unmerged};
use crate::invariants::{Rest, stored_tenant};
use crate::known::State;
use crate::known::fact::Fact;
use domain::{Channel, Instant, MemberId, retention};
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
    expected.extend(text::expected(rest, scope, &mut violations).await);
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

/// The oppositions that a till or a back office stated of members who are still there.
fn stated(rest: &Rest, state: &State, tenant: Tenant) -> Vec<Expected> {
    let people = People::of(state, &rest.items);
    let of_tenant = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::ConsentPut { tenant: of, member, channel, given: false, stated_at } =
            &acknowledged.fact
        else {
            return None;
        };
        let said_at = Stated::of(acknowledged, *stated_at).said.0;
        let member = unmerged(rest, tenant, member)?;
        let is_here = stored_tenant(of) == Some(tenant);
        let is_alone = is_here && !people.was_merged(&member.to_string());
        is_alone.then_some(Expected { member, channel: *channel, said_at })
    });
    of_tenant.collect()
}
