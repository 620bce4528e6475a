//! Nobody gets a message after the erasure, unless the person became a member again.
//!
//! The link of an e-mail names the member. An SMS names nobody, so its mobile counts.

use super::super::messages::linked;
use super::{is_of_merchant, time_limit};
use crate::invariants::text;
use crate::known::State;
use crate::known::fact::Fact;
use crate::operations::person::digits;
use crate::world::providers::SentMessage;
use domain::retention::day_of;
use serde_json::Value;

/// Messages to persons whose erasure was acknowledged, and e-mails to members whose erasure the table shows.
pub(super) fn check(state: &State, items: &[Value], sent: &[SentMessage]) -> Vec<String> {
    let mut violations = sms(state, sent);
    violations.extend(emails(state, items, sent));
    violations
}

/// E-mails to members who were erased. A person who became a member again has another identifier.
fn emails(state: &State, items: &[Value], sent: &[SentMessage]) -> Vec<String> {
    let records = items.iter().filter(|item| text(item, "pk").ends_with("#ERASED"));
    let records: Vec<(&str, &str)> =
        records.filter_map(|item| text(item, "sk").split_once('#')).collect();
    let of_members = sent.iter().filter_map(|message| Some((message, linked(message)?.1)));
    let late = of_members.filter(|(message, member)| {
        let read_at = message.at - time_limit();
        let is_recorded = |(day, erased): &(&str, &str)| {
            erased == member && day_of(read_at).to_string().as_str() > *day
        };
        let known = state.acknowledged.iter().any(|acknowledged| {
            matches!(&acknowledged.fact, Fact::Erased { member: erased, .. } if erased == member)
                && read_at > acknowledged.at
        });
        known || records.iter().any(is_recorded)
    });
    late.map(|(message, member)| said(message, member)).collect()
}

/// SMS to the mobile of a person who did not become a member again.
fn sms(state: &State, sent: &[SentMessage]) -> Vec<String> {
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Fact::Erased { tenant, member, .. } = &acknowledged.fact else { continue };
        let Some(erased) = state.data(tenant).and_then(|data| data.member(member)) else {
            continue;
        };
        let mobile = erased.mobile.trim_start_matches('0');
        let after = acknowledged.at + time_limit();
        let messages = sent.iter().filter(|message| {
            digits(&message.to).ends_with(mobile)
                && is_of_merchant(message, &tenant.merchant)
                && message.at > after
        });
        let may_be_back = state.acknowledged.iter().any(|other| match &other.fact {
            Fact::MemberKnown { member: other, .. } => {
                other.id != *member && digits(&other.mobile).ends_with(mobile)
            }
            Fact::MobileChanged { mobile: other, .. } => digits(other).ends_with(mobile),
            Fact::FileSent { rows, .. } => rows.iter().any(|row| {
                row.mobile.as_ref().is_some_and(|other| digits(other).ends_with(mobile))
            }),
            _ => false,
        });
        let has_uncertain =
            state.uncertain.iter().any(|other| digits(&other.body.to_string()).contains(mobile));
        if !may_be_back && !has_uncertain {
            violations.extend(messages.map(|message| said(message, member)));
        }
    }
    violations
}

fn said(message: &SentMessage, member: &str) -> String {
    let (number, at) = (message.number, message.at);
    format!("message {number} was sent at {at} to {member}, who was erased")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Acknowledged;
    use crate::known::merchant::Tenant;
    use domain::Instant;
    use serde_json::json;
    use store::Mode;

    const MERCHANT: &str = "01KAT3V5B0R6Y2Z8X4W9Q1N7M3";
    const MEMBER: &str = "01KAT3V5B0R6Y2Z8X4W9Q1N7M4";

    fn email(at: Instant) -> SentMessage {
        SentMessage {
            number: 1,
            channel: "email".to_owned(),
            to: "tancrede.4@example.com".to_owned(),
            text: None,
            html: Some(format!("https://api.example/u/{MERCHANT}l{MEMBER}e0af3")),
            reference: None,
            tags: Vec::new(),
            at,
        }
    }

    #[test]
    fn an_email_after_an_acknowledged_erasure_is_found() {
        let at = |second| Instant::from_second(second).unwrap();
        let tenant = Tenant { merchant: MERCHANT.to_owned(), mode: Mode::Live };
        let fact = Fact::Erased { tenant, member: MEMBER.to_owned() };
        let (sent_at, erased) = (at(10), at(11));
        let operation = "erase_member";
        let erasure = Acknowledged { step: 1, operation, sent_at, at: erased, fact };
        let state = State { acknowledged: vec![erasure], ..State::default() };
        // An invocation that read the member before the erasure ends within its time limit.
        assert_eq!(check(&state, &[], &[email(at(71))]).len(), 0);
        assert_eq!(check(&state, &[], &[email(at(72))]).len(), 1);
    }

    #[test]
    fn an_email_after_the_day_of_a_recorded_erasure_is_found() {
        let record = json!({
            "pk": {"S": format!("M#{MERCHANT}#ERASED")}, "sk": {"S": format!("2026-03-01#{MEMBER}")},
        });
        let items = [record];
        let of = |at: &str| check(&State::default(), &items, &[email(at.parse().unwrap())]).len();
        assert_eq!(of("2026-03-01T12:00:00+01:00"), 0);
        assert_eq!(of("2026-03-02T12:00:00+01:00"), 1);
    }
}
