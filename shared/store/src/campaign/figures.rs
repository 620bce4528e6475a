//! The figures of a campaign: counters spread over a few items. Each counter is written in the same
//! transaction as the event that it counts, so that nothing is counted twice.

use crate::table::attributes;
use crate::table::keys::{self, TALLIES};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Store, StoreError};
use domain::CampaignId;
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hasher as _};

/// The outcomes of recipients. Their sum is the number of planned recipients once every batch is
/// done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Accepted by the provider.
    pub sent: u64,
    /// Refused by the provider.
    pub refused: u64,
    /// Opposed, or without consent, when their batch was sent.
    pub opposed: u64,
    /// Erased, or without an address, when their batch was sent.
    pub unreachable: u64,
    /// Another member with the same e-mail address got the message.
    pub same_address: u64,
    /// Not on the list of permitted recipients outside production.
    pub not_allowed: u64,
    /// Possibly sent; not sent again.
    pub uncertain: u64,
}

/// The figures of a campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Batches that are done.
    pub batches_done: u64,
    /// The outcomes of their recipients.
    #[serde(flatten)]
    pub counts: Counts,
    /// Sent recipients whose message was delivered, according to the provider.
    pub delivered: u64,
    /// Sent recipients whose address returned the message.
    pub bounced: u64,
    /// Sent recipients whose message the provider gave up.
    pub failed: u64,
}

/// The recipients of a campaign, each in exactly one state. Their sum is the number of planned
/// recipients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ByState {
    /// Planned, in a batch that is not done.
    pub waiting: u64,
    /// Accepted by the provider, which has reported nothing about them yet.
    pub sent: u64,
    /// Delivered.
    pub delivered: u64,
    /// Returned by the address.
    pub bounced: u64,
    /// Given up by the provider.
    pub failed: u64,
    /// Refused by the provider.
    pub refused: u64,
    /// Opposed, or without consent, when their batch was sent.
    pub opposed: u64,
    /// Erased, or without an address, when their batch was sent.
    pub unreachable: u64,
    /// Another member with the same e-mail address got the message.
    pub same_address: u64,
    /// Not on the list of permitted recipients outside production.
    pub not_allowed: u64,
    /// Possibly sent.
    pub uncertain: u64,
}

impl Figures {
    /// Assigns exactly one state to each of the planned `recipients`. The outcomes that the
    /// provider reported are subtracted from the sent recipients first. Then they are subtracted
    /// from the uncertain recipients, because some of these may have received the message. The rest
    /// is subtracted from the recipients whose batch is not done.
    #[must_use]
    pub fn by_state(&self, recipients: u64) -> ByState {
        let Self { counts, delivered, bounced, failed, .. } = *self;
        let reported = delivered + bounced + failed;
        let of_uncertain = reported.saturating_sub(counts.sent);
        let of_waiting = of_uncertain.saturating_sub(counts.uncertain);
        let done = counts.sent
            + counts.refused
            + counts.opposed
            + counts.unreachable
            + counts.same_address
            + counts.not_allowed
            + counts.uncertain;
        ByState {
            waiting: recipients.saturating_sub(done).saturating_sub(of_waiting),
            sent: counts.sent.saturating_sub(reported),
            delivered,
            bounced,
            failed,
            refused: counts.refused,
            opposed: counts.opposed,
            unreachable: counts.unreachable,
            same_address: counts.same_address,
            not_allowed: counts.not_allowed,
            uncertain: counts.uncertain.saturating_sub(of_uncertain),
        }
    }
}

impl Store {
    /// The figures of a campaign: 1 query, without its batches.
    pub async fn figures(
        &self,
        tenant: Tenant,
        campaign: CampaignId,
    ) -> Result<Figures, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :tally)")
            .expression_attribute_values(
                ":pk",
                attributes::text(keys::campaign_partition(tenant, campaign)),
            )
            .expression_attribute_values(":tally", attributes::text("TALLY#"))
            .consistent_read(true)
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let mut figures = Figures::default();
        for item in answer.items.unwrap_or_default() {
            let of = |name: &str| {
                let number = item.get(name).and_then(|value| value.as_n().ok());
                number.and_then(|number| number.parse::<u64>().ok()).unwrap_or_default()
            };
            figures.batches_done += of("batches_done");
            figures.counts.sent += of("sent");
            figures.counts.refused += of("refused");
            figures.counts.opposed += of("opposed");
            figures.counts.unreachable += of("unreachable");
            figures.counts.same_address += of("same_address");
            figures.counts.not_allowed += of("not_allowed");
            figures.counts.uncertain += of("uncertain");
            figures.delivered += of("delivered");
            figures.bounced += of("bounced");
            figures.failed += of("failed");
        }
        Ok(figures)
    }
}

/// Adds `numbers` to the counters of a campaign. The counters are spread over several items, and a
/// hash of `what` selects one of the items. The first addition creates the item.
pub(crate) fn tally(
    tenant: Tenant,
    campaign: CampaignId,
    what: &impl std::hash::Hash,
    numbers: &[(&str, i64)],
) -> Write {
    let changed: Vec<_> = numbers.iter().filter(|(_, number)| *number != 0).collect();
    let named: Vec<String> = changed.iter().map(|(name, _)| format!("{name} :{name}")).collect();
    let key = keys::tally(tenant, campaign, spread(what));
    let add = Write::update(&key, format!("ADD {}", named.join(", ")));
    changed
        .into_iter()
        .fold(add, |add, (name, number)| add.value(format!(":{name}"), attributes::number(*number)))
}

/// A count as the number that a counter takes.
pub(crate) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn spread(what: &impl std::hash::Hash) -> u8 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    u8::try_from(hasher.finish() % u64::from(TALLIES)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    prop_compose! {
        fn campaign()(
            counts in proptest::array::uniform7(0_u64..500),
            waiting in 0_u64..500,
            reported in proptest::array::uniform3(0_u64..900),
        ) -> (u64, Figures) {
            let [sent, refused, opposed, unreachable, same_address, not_allowed, uncertain] = counts;
            let counts =
                Counts { sent, refused, opposed, unreachable, same_address, not_allowed, uncertain };
            // The provider reports at most one outcome for each message that may have been sent.
            let mut left = sent + uncertain + waiting;
            let [delivered, bounced, failed] = reported.map(|reported| {
                let reported = reported.min(left);
                left -= reported;
                reported
            });
            let recipients = waiting
                + sent + refused + opposed + unreachable + same_address + not_allowed + uncertain;
            (recipients, Figures { batches_done: 1, counts, delivered, bounced, failed })
        }
    }

    proptest! {
        #[test]
        fn a_campaigns_recipients_are_each_in_one_state((recipients, figures) in campaign()) {
            let by_state = figures.by_state(recipients);
            let ByState {
                waiting, sent, delivered, bounced, failed, refused, opposed, unreachable,
                same_address, not_allowed, uncertain,
            } = by_state;
            let sum = waiting + sent + delivered + bounced + failed + refused + opposed + unreachable
                + same_address + not_allowed + uncertain;
            prop_assert_eq!(sum, recipients, "{:?}", by_state);
        }
    }
}
