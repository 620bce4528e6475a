//! No member gets a message after an opposition that a till or a back office stated: neither the member who opposed, nor
//! one who absorbed that member.

use super::super::people::People;
use super::Row;
use super::consented::Stated;
use super::holders::{held_since, may_be_absorbed};
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
        let to_family = rows.iter().filter(|row| {
            row.channel == *channel
                && row.sent_at > opposition.at
                && people.are_family(&row.member, member)
        });
        for row in to_family {
            let holder = &row.member;
            let since = held_since(state, member, holder, row.sent_at);
            // A consent of a member who was absorbed later is no consent of the survivor.
            let is_of = |other: &str, at| {
                people.are_family(other, member)
                    && (holder == member || other == holder || may_be_absorbed(state, other, at))
            };
            if since.is_some_and(|since| since < row.sent_at)
                && !opposition.may_have_ended(state, *channel, row.sent_at, is_of)
            {
                let (campaign, sent_at, at) = (&row.campaign, row.sent_at, opposition.at);
                violations.push(format!(
                    "{member} opposed by {channel:?} at {at}, and {holder} got {campaign} at {sent_at}"
                ));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Acknowledged;
    use crate::known::merchant::Tenant;
    use domain::{Channel, Instant};
    use store::Mode;

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn step(second: i64, fact: Fact) -> Acknowledged {
        let (sent_at, at) = (at(second), at(second));
        Acknowledged { step: 1, operation: "a step", sent_at, at, fact }
    }

    fn put(member: &str, given: bool, second: i64) -> Acknowledged {
        let (member, channel, stated_at) = (member.to_owned(), Channel::Sms, None);
        step(second, Fact::ConsentPut { tenant: tenant(), member, channel, given, stated_at })
    }

    fn tenant() -> Tenant {
        Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live }
    }

    fn merged(second: i64) -> Acknowledged {
        let (survivor, absorbed) = ("survivor".to_owned(), "absorbed".to_owned());
        step(second, Fact::Merged { tenant: tenant(), survivor, absorbed })
    }

    /// The violations where the member got an SMS at the second 30.
    fn violations(member: &str, acknowledged: Vec<Acknowledged>) -> usize {
        let state = State { acknowledged, ..State::default() };
        let (member, campaign) = (member.to_owned(), "a campaign".to_owned());
        let row = Row { member, channel: Channel::Sms, campaign, sent_at: at(30) };
        check(&state, &People::of(&state, &[]), &[row]).len()
    }

    #[test]
    fn a_message_to_the_survivor_after_an_opposition_of_the_absorbed_member_is_found() {
        let (before, after) = (put("absorbed", false, 5), put("absorbed", false, 20));
        assert_eq!(violations("survivor", vec![before.clone(), merged(10)]), 1);
        assert_eq!(violations("survivor", vec![merged(10), after]), 1);
        assert_eq!(violations("survivor", vec![before.clone()]), 0);
        assert_eq!(violations("survivor", vec![before, merged(35)]), 0);
    }

    #[test]
    fn a_consent_of_the_survivor_ends_the_opposition_and_one_of_the_absorbed_member_before_does_not()
     {
        let of = |consent| {
            let opposed = put("absorbed", false, 5);
            violations("survivor", vec![opposed, consent, merged(10)])
        };
        assert_eq!(of(put("survivor", true, 7)), 0);
        assert_eq!(of(put("absorbed", true, 7)), 1);
        assert_eq!(of(put("absorbed", true, 12)), 0);
    }

    #[test]
    fn a_message_to_the_member_who_opposed_is_found() {
        assert_eq!(violations("absorbed", vec![put("absorbed", false, 5)]), 1);
        let consented = put("absorbed", true, 7);
        assert_eq!(violations("absorbed", vec![put("absorbed", false, 5), consented]), 0);
    }
}
