//! No address gets a message after somebody pressed the button of its link.

use super::super::people::People;
use super::consented::Stated;
use super::{is_of_merchant, time_limit};
use crate::known::State;
use crate::known::fact::Fact;
use crate::known::merchant::MerchantData;
use crate::known::records::Member;
use crate::operations::person::{Person, digits};
use crate::world::providers::SentMessage;
use domain::Channel;
use store::Mode;

pub(super) fn check(state: &State, people: &People, sent: &[SentMessage]) -> Vec<String> {
    let mut violations = Vec::new();
    for acknowledged in &state.acknowledged {
        let Fact::ObjectionPressed { link, to, channel } = &acknowledged.fact else { continue };
        let Some(channel) = Channel::parse(channel) else { continue };
        let Some(merchant) = link.strip_prefix("/u/").and_then(|token| token.get(..26)) else {
            continue;
        };
        let of_address = sent.iter().filter(|message| {
            message.channel == channel.as_str()
                && message.to.eq_ignore_ascii_case(to)
                && is_of_merchant(message, merchant)
        });
        let after = acknowledged.at + time_limit();
        let opposition = Stated::of(acknowledged, None);
        let holders = data(state, merchant).flat_map(|data| &data.members);
        let holders: Vec<&Member> =
            holders.filter(|member| may_have(member, channel, to)).collect();
        let is_of = |id: &str, _| holders.iter().any(|holder| people.are_family(&holder.id, id));
        for message in of_address.filter(|message| message.at > after) {
            if !opposition.may_have_ended(state, channel, message.at, is_of) {
                let (at, number) = (message.at, message.number);
                let pressed = acknowledged.at;
                violations.push(format!(
                    "message {number} was sent at {at} to an address that opposed at {pressed}"
                ));
            }
        }
    }
    violations
}

fn data<'s>(state: &'s State, merchant: &str) -> impl Iterator<Item = &'s MerchantData> {
    let merchant = state.merchant(merchant);
    merchant
        .into_iter()
        .flat_map(|merchant| [Mode::Live, Mode::Test].map(|mode| merchant.data(mode)))
}

/// Whether a member has an address, or may have it.
fn may_have(member: &Member, channel: Channel, address: &str) -> bool {
    let person = Person(member.person);
    match channel {
        Channel::Email => {
            let is_known =
                member.email.as_ref().is_some_and(|email| email.eq_ignore_ascii_case(address));
            is_known || person.email().eq_ignore_ascii_case(address)
        }
        _ => digits(address).ends_with(member.mobile.trim_start_matches('0')),
    }
}
