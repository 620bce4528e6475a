//! No member gets a message after an opposition that a till or a back office stated.

use super::super::people::People;
use super::Row;
use super::consented::Stated;
use crate::known::State;
use crate::known::fact::Fact;

pub(super) fn check(state: &State, people: &People, rows: &[Row]) -> Vec<String> {
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Fact::ConsentPut { member, channel, given: false, stated_at, .. } = &acknowledged.fact
        else {
            continue;
        };
        let opposition = Stated::of(acknowledged, *stated_at);
        let is_of = |other: &str| people.are_family(other, member);
        let to_member = rows.iter().filter(|row| row.member == *member && row.channel == *channel);
        for row in to_member.filter(|row| row.sent_at > opposition.at) {
            if !opposition.may_have_ended(state, *channel, row.sent_at, is_of) {
                let (campaign, sent_at, at) = (&row.campaign, row.sent_at, opposition.at);
                violations.push(format!(
                    "{member} opposed by {channel:?} at {at} and got {campaign} at {sent_at}"
                ));
            }
        }
    }
    violations
}
