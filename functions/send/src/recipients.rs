//! The recipients of a batch: the members that still exist, have an address and consent at this instant.

use crate::sending::Sending;
use domain::{Channel, Instant, MemberId};
use messaging::hours::{Opening, territory};
use messaging::sms::stop_mention::stop_mention;
use messaging::{Recipient, Values};
use std::collections::{HashMap, HashSet};
use store::{Addressee, Counts, MessageAddress};

/// The members that are written to, in the batch's order, and the counts of the others.
#[derive(Default)]
pub(crate) struct Chosen {
    pub(crate) members: Vec<MemberId>,
    /// One recipient a member, in the same order.
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) counts: Counts,
}

impl Chosen {
    /// Removes and returns the members for whom `is_later` holds.
    pub(crate) fn take_later(&mut self, is_later: impl Fn(&MemberId) -> bool) -> Vec<MemberId> {
        let all =
            std::mem::take(&mut self.members).into_iter().zip(std::mem::take(&mut self.recipients));
        let mut later = Vec::new();
        for (member, recipient) in all {
            if is_later(&member) {
                later.push(member);
            } else {
                self.members.push(member);
                self.recipients.push(recipient);
            }
        }
        later
    }
}

/// Chooses the recipients among the `members` of a batch.
pub(crate) fn choose(
    sending: &Sending<'_>,
    members: &[MemberId],
    addressees: &HashMap<MemberId, Addressee>,
) -> Chosen {
    let (scope, channel) = (sending.scope, sending.campaign.channel);
    let sms_sender = scope.settings.senders.sms.as_ref();
    let stop = sms_sender.map(|sender| stop_mention(&sender.stop_number));
    let mut chosen = Chosen::default();
    let mut written_to = HashSet::new();
    for id in members {
        let Some(addressee) = addressees.get(id) else {
            chosen.counts.unreachable += 1;
            continue;
        };
        if !addressee.is_permitted {
            chosen.counts.opposed += 1;
            continue;
        }
        let address = addressee.address.as_ref().map(|address| match address {
            MessageAddress::Email(email) => email.as_str(),
            MessageAddress::Mobile(mobile) => mobile.as_str(),
        });
        // A family that shares an address receives the message once.
        let Some(address) = address.filter(|address| written_to.insert(*address)) else {
            chosen.counts.unreachable += 1;
            continue;
        };
        if !sending.app.allowed.allows(address) {
            chosen.counts.not_allowed += 1;
            continue;
        }
        let unsubscribe_url = (channel == Channel::Email).then(|| {
            format!("{}/u/{}", sending.app.public_url, scope.objection_token(*id, channel))
        });
        chosen.members.push(*id);
        chosen.recipients.push(Recipient {
            address: address.to_owned(),
            values: Values {
                first_name: addressee.first_name.clone(),
                last_name: addressee.last_name.clone(),
                points: addressee.points.get(),
                merchant: scope.settings.merchant.name.clone(),
                unsubscribe_url,
                stop: stop.clone(),
            },
        });
    }
    chosen
}

/// The chosen members whose own hours of SMS are closed now, and the instant at which the hours open.
pub(crate) fn asleep(
    sending: &Sending<'_>,
    chosen: &Chosen,
    addressees: &HashMap<MemberId, Addressee>,
) -> HashMap<MemberId, Instant> {
    if sending.campaign.channel != Channel::Sms {
        return HashMap::new();
    }
    let openings = chosen.members.iter().filter_map(|id| {
        let Some(MessageAddress::Mobile(mobile)) = &addressees.get(id)?.address else {
            return None;
        };
        match sending.app.hours.opening(sending.now, &territory(mobile)) {
            Opening::Open => None,
            Opening::ClosedUntil(opens) => Some((*id, opens)),
        }
    });
    openings.collect()
}
