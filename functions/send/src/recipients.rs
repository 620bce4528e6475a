//! The recipients of a batch: the members that still exist, have an address and consent at this instant.

use crate::sending::Sending;
use domain::{Channel, Instant, MemberId};
use messaging::hours::{Opening, territory};
use messaging::sms::stop_mention::stop_mention;
use messaging::{Recipient, Values};
use std::collections::{HashMap, HashSet};
use store::{Addressee, Counts, MessageAddress, SharingRecipient, StoreError};

/// The members that are written to, in the batch's order, and the counts of the others.
#[derive(Default)]
pub(crate) struct Chosen {
    pub(crate) members: Vec<MemberId>,
    /// One recipient a member, in the same order.
    pub(crate) recipients: Vec<Recipient>,
    pub(crate) counts: Counts,
}

impl Chosen {
    /// Removes and returns the members for whom `is_taken` holds.
    pub(crate) fn take(&mut self, is_taken: impl Fn(&MemberId) -> bool) -> Vec<MemberId> {
        let all =
            std::mem::take(&mut self.members).into_iter().zip(std::mem::take(&mut self.recipients));
        let mut taken = Vec::new();
        for (member, recipient) in all {
            if is_taken(&member) {
                taken.push(member);
            } else {
                self.members.push(member);
                self.recipients.push(recipient);
            }
        }
        taken
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
        let Some(address) = address else {
            chosen.counts.unreachable += 1;
            continue;
        };
        // A family that shares an address receives the message once.
        if !written_to.insert(address) {
            chosen.counts.same_address += 1;
            continue;
        }
        if !sending.app.allowed.allows(address) {
            chosen.counts.not_allowed += 1;
            continue;
        }
        let unsubscribe_url = (channel == Channel::Email).then_some(addressee.address.as_ref());
        let unsubscribe_url = unsubscribe_url.flatten().map(|address| {
            format!("{}/u/{}", sending.app.public_url, scope.objection_token(*id, address))
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

/// Leaves out the chosen members who share an e-mail address with a member of another batch who gets the message.
/// The claim of an address decides.
pub(crate) async fn claim_shared_addresses(
    sending: &Sending<'_>,
    chosen: &mut Chosen,
    addressees: &HashMap<MemberId, Addressee>,
) -> Result<(), StoreError> {
    let sharing = chosen.members.iter().filter_map(|id| match addressees.get(id)? {
        Addressee { shares_email: true, address: Some(MessageAddress::Email(email)), .. } => {
            Some(SharingRecipient { member: *id, email: email.clone() })
        }
        _ => None,
    });
    let sharing: Vec<_> = sharing.collect();
    if sharing.is_empty() {
        return Ok(());
    }
    let (store, campaign) = (&sending.app.store, sending.batch.campaign);
    let others = store.claim_addresses(sending.scope, campaign, sharing, sending.now).await?;
    let left_out = chosen.take(|id| others.contains(id)).len();
    chosen.counts.same_address += u64::try_from(left_out).unwrap_or_default();
    Ok(())
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
