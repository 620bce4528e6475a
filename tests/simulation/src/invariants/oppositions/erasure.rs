//! Nobody gets an SMS after the erasure, unless the person became a member again.

use super::{is_of_merchant, time_limit};
use crate::known::State;
use crate::known::fact::Fact;
use crate::operations::person::digits;
use crate::world::providers::SentMessage;

/// SMS to the mobile of a person whose erasure was acknowledged, and who did not become a member again.
pub(super) fn check(state: &State, sent: &[SentMessage]) -> Vec<String> {
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
            violations.extend(messages.map(|message| {
                let (number, at) = (message.number, message.at);
                format!("message {number} was sent at {at} to {member}, who was erased")
            }));
        }
    }
    violations
}
