//! The oppositions that persons wrote in an SMS. The merchants of an account share the number that receives texts, so
//! an opposition is expected at the merchant of the last SMS that the person got.

use super::super::people::{People, created_at, member_in};
use super::stored::Expected;
use super::{time_limit, unmerged};
use crate::invariants::Rest;
use crate::known::State;
use crate::known::fact::Fact;
use crate::operations::person::digits;
use crate::world::providers::SentMessage;
use domain::{Channel, Instant};
use platform::messages::Reference;
use store::{Scope, Tenant};

/// A text that opposes, and the SMS that the person got last.
struct Answer<'s> {
    from: String,
    at: Instant,
    to: &'s SentMessage,
}

pub(super) async fn expected(
    rest: &Rest,
    scope: &Scope,
    violations: &mut Vec<String>,
) -> Vec<Expected> {
    let mut answers = rest.known.read(|state| answers(state, &rest.sent, scope.tenant()));
    // A text among the dead letters is stored once they were moved back, and then this invariant is checked again.
    let letters = rest.world.dead_letters();
    answers
        .retain(|answer| !letters.iter().any(|letter| letter.message.body.contains(&answer.from)));
    if answers.is_empty() {
        return Vec::new();
    }
    let people = rest.known.read(|state| People::of(state, &rest.items));
    let mut expected = Vec::new();
    for member in rest.members(scope, violations).await {
        let (id, mobile) = (member.person.id.to_string(), digits(member.person.mobile.as_str()));
        let had_it = |answer: &&Answer<'_>| {
            answer.from == mobile && created_at(&id) + time_limit() < answer.to.at
        };
        let has_changed = rest.known.read(|state| has_changed_mobile(state, &id));
        let is_alone = unmerged(rest, scope.tenant(), &id).is_some();
        if has_changed || !is_alone || people.was_merged(&id) {
            continue;
        }
        expected.extend(answers.iter().filter(had_it).map(|answer| Expected {
            member: member.person.id,
            channel: Channel::Sms,
            said_at: answer.at,
        }));
    }
    expected
}

/// The texts that oppose to an SMS of a tenant.
fn answers<'s>(state: &State, sent: &'s [SentMessage], tenant: Tenant) -> Vec<Answer<'s>> {
    let texts = state.acknowledged.iter().filter_map(|acknowledged| {
        let Fact::TextSent { from, text, .. } = &acknowledged.fact else { return None };
        let (from, at) = (digits(from), acknowledged.at);
        let is_before = |message: &&SentMessage| {
            message.channel == "sms" && digits(&message.to) == from && message.at <= at
        };
        let to = sent.iter().rfind(is_before)?;
        let reference = to.reference.as_deref().and_then(Reference::parse);
        let is_of_tenant = reference.is_some_and(|reference| reference.tenant == tenant);
        (is_of_tenant && opposes(text)).then_some(Answer { from, at, to })
    });
    texts.collect()
}

/// Whether a text of the workload is an opposition.
fn opposes(text: &str) -> bool {
    text.to_lowercase().starts_with("stop")
}

fn has_changed_mobile(state: &State, id: &str) -> bool {
    let known = state.acknowledged.iter().any(|acknowledged| {
        matches!(&acknowledged.fact, Fact::MobileChanged { member, .. } if member == id)
    });
    known
        || state.uncertain.iter().any(|uncertain| {
            uncertain.operation == "change_mobile" && member_in(&uncertain.path) == Some(id)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Acknowledged;
    use domain::MerchantId;
    use store::Mode;

    #[test]
    fn an_opposition_answers_the_last_sms_that_the_person_got() {
        let at = |second| Instant::from_second(second).unwrap();
        let tenant = |id| Tenant { merchant: MerchantId::parse(id).unwrap(), mode: Mode::Live };
        let (one, other) =
            (tenant("01KAT3V5B0R6Y2Z8X4W9Q1N7M3"), tenant("01KAT3V5B0R6Y2Z8X4W9Q1N7M5"));
        let sms = |number, tenant: Tenant| SentMessage {
            number,
            channel: "sms".to_owned(),
            to: "+33639980012".to_owned(),
            text: None,
            html: None,
            reference: Some(format!(
                "{tenant}/01KAT3V5B0R6Y2Z8X4W9Q1N7M6/00#01KAT3V5B0R6Y2Z8X4W9Q1N7M7"
            )),
            tags: Vec::new(),
            at: at(i64::try_from(number).unwrap()),
        };
        let sent = [sms(10, one), sms(20, other), sms(30, one)];
        let of = |text: &str, tenant| {
            let (merchant, from) = ("a merchant".to_owned(), "+33639980012".to_owned());
            let fact = Fact::TextSent { merchant, from, text: text.to_owned() };
            let (sent_at, at) = (at(25), at(25));
            let text = Acknowledged { step: 1, operation: "inbound_sms", sent_at, at, fact };
            let state = State { acknowledged: vec![text], ..State::default() };
            answers(&state, &sent, tenant).len()
        };
        assert_eq!((of("Stop 36200", one), of("Stop 36200", other)), (0, 1));
        assert_eq!(of("Bonjour", other), 0);
    }
}
