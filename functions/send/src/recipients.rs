//! Who of a batch is written to: those who are there, may be reached and consent this instant.

use crate::allowed::Allowed;
use domain::{Channel, MemberId};
use messaging::{Recipient, Values};
use std::collections::{HashMap, HashSet};
use store::{Addressee, Counts, MessageAddress, Scope};

/// Those who are written to, in the batch's order, and how the others are counted.
#[derive(Default)]
pub(crate) struct Chosen {
    pub(crate) members: Vec<MemberId>,
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) counts: Counts,
}

impl Chosen {
    /// Takes out those for whom `is_later`, and gives them.
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

/// What the message says beside the person's own data.
pub(crate) struct Letterhead<'a> {
    pub(crate) merchant: &'a str,
    pub(crate) stop: Option<String>,
    pub(crate) public_url: &'a str,
}

pub(crate) fn choose(
    scope: &Scope,
    batch: &[MemberId],
    read: &HashMap<MemberId, Addressee>,
    channel: Channel,
    allowed: &Allowed,
    letterhead: &Letterhead<'_>,
) -> Chosen {
    let mut chosen = Chosen::default();
    let mut written_to = HashSet::new();
    for id in batch {
        let Some(addressee) = read.get(id) else {
            chosen.counts.unreachable += 1;
            continue;
        };
        if !addressee.is_permitted {
            chosen.counts.opposed += 1;
            continue;
        }
        let address = addressee.address.as_ref().map(|address| match address {
            MessageAddress::Email(email) => email.as_str().to_owned(),
            MessageAddress::Mobile(mobile) => mobile.as_str().to_owned(),
        });
        // A family that shares an address gets the message once.
        let Some(address) = address.filter(|address| written_to.insert(address.clone())) else {
            chosen.counts.unreachable += 1;
            continue;
        };
        if !allowed.holds(&address) {
            chosen.counts.not_allowed += 1;
            continue;
        }
        let token = scope.objection_token(*id, channel);
        chosen.members.push(*id);
        chosen.recipients.push(Recipient {
            address,
            values: Values {
                first_name: addressee.first_name.clone(),
                last_name: addressee.last_name.clone(),
                points: addressee.points.get(),
                merchant: letterhead.merchant.to_owned(),
                unsubscribe_url: (channel == Channel::Email)
                    .then(|| format!("{}/u/{token}", letterhead.public_url)),
                stop: letterhead.stop.clone(),
            },
        });
    }
    chosen
}
