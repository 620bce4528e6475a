//! The consents that may have ended an opposition.

use super::super::people::member_in;
use crate::known::fact::Fact;
use crate::known::{Acknowledged, State};
use domain::{Channel, Instant};
use jiff::SignedDuration;

/// A consent or an opposition that was acknowledged.
#[derive(Clone, Copy)]
pub(super) struct Stated {
    pub(super) sent_at: Instant,
    pub(super) at: Instant,
    /// The earliest and the latest instant at which the person may have said so.
    pub(super) said: (Instant, Instant),
}

impl Stated {
    /// `stated_at` is the instant that the request stated.
    pub(super) fn of(acknowledged: &Acknowledged, stated_at: Option<Instant>) -> Self {
        let (sent_at, at) = (acknowledged.sent_at, acknowledged.at);
        // The service counts whole seconds.
        let said = match stated_at {
            Some(at) => (at, at),
            None => (sent_at - SignedDuration::from_secs(1), at),
        };
        Self { sent_at, at, said }
    }

    /// Whether a consent by a channel may have ended this opposition before an instant. The consent is one of a member
    /// of whom `is_of` is true at the instant of the consent's answer.
    pub(super) fn may_have_ended(
        &self,
        state: &State,
        channel: Channel,
        before: Instant,
        is_of: impl Fn(&str, Instant) -> bool,
    ) -> bool {
        let known = state.acknowledged.iter().any(|acknowledged| {
            let Fact::ConsentPut { member, channel: by, given: true, stated_at, .. } =
                &acknowledged.fact
            else {
                return false;
            };
            let consent = Self::of(acknowledged, *stated_at);
            *by == channel
                && consent.sent_at <= before
                && consent.said.1 >= self.said.0
                && is_of(member, consent.at)
        });
        let end = format!("/consents/{}", channel.as_str());
        let uncertain = state.uncertain.iter().any(|uncertain| {
            uncertain.operation == "put_consent"
                && uncertain.body["given"] == true
                && uncertain.path.ends_with(&end)
                && uncertain.sent_at <= before
                && uncertain.at >= self.sent_at
                && member_in(&uncertain.path).is_some_and(|member| is_of(member, Instant::MAX))
        });
        known || uncertain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Uncertain;
    use crate::known::merchant::Tenant;
    use domain::MemberId;
    use serde_json::{Value, json};
    use store::Mode;

    const MEMBER: &str = "01KAT3V5B0R6Y2Z8X4W9Q1N7M4";

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn put(given: bool, channel: Channel, second: i64) -> Acknowledged {
        let tenant = Tenant { merchant: "a merchant".to_owned(), mode: Mode::Live };
        let member = MEMBER.to_owned();
        let fact = Fact::ConsentPut { tenant, member, channel, given, stated_at: None };
        let (sent_at, at) = (at(second), at(second + 1));
        Acknowledged { step: 1, operation: "put_consent", sent_at, at, fact }
    }

    fn unanswered(channel: &str, body: Value) -> Uncertain {
        let path = format!("/v1/members/{MEMBER}/consents/{channel}");
        let (sent_at, at) = (at(20), at(21));
        Uncertain { step: 2, operation: "put_consent", path, body, sent_at, at, tenant: None }
    }

    #[test]
    fn a_consent_ends_an_opposition_of_its_member_and_its_channel() {
        let opposition = Stated::of(&put(false, Channel::Sms, 10), None);
        let ends = |state: &State, id: &str| {
            opposition.may_have_ended(state, Channel::Sms, at(30), |member, _| member == id)
        };
        let of = |consent| State { acknowledged: vec![consent], ..State::default() };
        assert!(MemberId::parse(MEMBER).is_ok());
        assert!(ends(&of(put(true, Channel::Sms, 20)), MEMBER));
        assert!(!ends(&of(put(true, Channel::Sms, 20)), "another member"));
        assert!(!ends(&of(put(true, Channel::Email, 20)), MEMBER));
        assert!(!ends(&of(put(true, Channel::Sms, 5)), MEMBER));
        let of = |put| State { uncertain: vec![put], ..State::default() };
        assert!(ends(&of(unanswered("sms", json!({"given": true}))), MEMBER));
        assert!(!ends(&of(unanswered("sms", json!({"given": false}))), MEMBER));
        assert!(!ends(&of(unanswered("email", json!({"given": true}))), MEMBER));
        assert!(!ends(&of(unanswered("sms", json!({"given": true}))), "another member"));
    }
}
