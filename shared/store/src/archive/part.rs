//! The parts of a merchant's data. Each is archived and deleted by itself.

use super::source::Source;
use crate::table::keys;
use crate::table::tenant::{Mode, Tenant};
use domain::values::identifiers::MEMBER_SHARDS;
use domain::{Day, MerchantId};
use std::fmt;

/// A part of a merchant's data, archived and deleted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The members of a shard with their purchases, messages, ledger entries and contacts.
    Members(Mode, u8),
    /// The purchases without a customer.
    Anonymous(Mode),
    /// Campaigns with their plans, batches and figures.
    Campaigns(Mode),
    /// Files and their ranges.
    Uploads(Mode),
    /// The records of erasures.
    Erased(Mode),
    /// Offers, their batches and ranges.
    Offers(Mode),
    /// Coupons, each by its code.
    Coupons(Mode),
    /// The events sent to the merchant's software in the last 30 days.
    Events(Mode),
    /// Rewards and their counters.
    Rewards(Mode),
    /// The webhooks, the uses of programmes and the settings, with the keys that lead to the merchant. The settings
    /// lead to the other parts, so this part is deleted last.
    Settings,
}

impl Part {
    /// Every part, the settings last.
    pub fn all() -> impl Iterator<Item = Self> {
        let of_mode = |mode| {
            let members = (0..MEMBER_SHARDS).map(move |shard| Self::Members(mode, shard));
            let others: [fn(Mode) -> Self; 8] = [
                Self::Anonymous,
                Self::Campaigns,
                Self::Uploads,
                Self::Erased,
                Self::Offers,
                Self::Coupons,
                Self::Events,
                Self::Rewards,
            ];
            members.chain(others.map(|part| part(mode)))
        };
        [Mode::Live, Mode::Test].into_iter().flat_map(of_mode).chain([Self::Settings])
    }

    /// Reads the form that `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::all().find(|part| part.to_string() == text)
    }

    pub(super) const fn mode(self) -> Mode {
        match self {
            Self::Members(mode, _)
            | Self::Anonymous(mode)
            | Self::Campaigns(mode)
            | Self::Uploads(mode)
            | Self::Erased(mode)
            | Self::Offers(mode)
            | Self::Coupons(mode)
            | Self::Events(mode)
            | Self::Rewards(mode) => mode,
            Self::Settings => Mode::Live,
        }
    }

    pub(super) fn sources(self, merchant: MerchantId, today: Day) -> Vec<Source> {
        let tenant = Tenant { merchant, mode: self.mode() };
        match self {
            Self::Members(_, shard) => {
                vec![Source::Partition(keys::member_partition(tenant, shard))]
            }
            Self::Anonymous(_) => (keys::ANONYMOUS_SINCE..=keys::year(today) + 1)
                .flat_map(|year| (0..keys::ANONYMOUS_SHARDS).map(move |shard| (year, shard)))
                .map(|(year, shard)| Source::History(keys::anonymous_bucket(tenant, year, shard)))
                .collect(),
            Self::Campaigns(_) => vec![Source::Partition(keys::campaigns_partition(tenant))],
            Self::Uploads(_) => vec![Source::Partition(keys::upload_partition(tenant))],
            Self::Erased(_) => vec![Source::Partition(keys::erasures_partition(tenant))],
            Self::Offers(_) => vec![Source::Partition(keys::offers_partition(tenant))],
            Self::Coupons(_) => (0..keys::COUPON_SHARDS)
                .map(|shard| Source::Partition(keys::coupon_partition(tenant, shard)))
                .collect(),
            Self::Events(_) => (1..=keys::DAYS_OF_A_MONTH)
                .map(|day| Source::Partition(keys::events_partition(tenant, day)))
                .collect(),
            Self::Rewards(_) => vec![Source::Partition(keys::rewards_partition(tenant))],
            Self::Settings => vec![
                Source::Partition(keys::webhooks_partition(merchant)),
                Source::Partition(keys::programme_uses(merchant)),
                Source::Partition(keys::merchant_partition(merchant)),
                Source::Items(vec![keys::profile(merchant)]),
            ],
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = self.mode().as_str();
        match self {
            Self::Members(_, shard) => write!(f, "members-{mode}-{shard:02}"),
            Self::Anonymous(_) => write!(f, "anonymous-{mode}"),
            Self::Campaigns(_) => write!(f, "campaigns-{mode}"),
            Self::Uploads(_) => write!(f, "uploads-{mode}"),
            Self::Erased(_) => write!(f, "erased-{mode}"),
            Self::Offers(_) => write!(f, "offers-{mode}"),
            Self::Coupons(_) => write!(f, "coupons-{mode}"),
            Self::Events(_) => write!(f, "events-{mode}"),
            Self::Rewards(_) => write!(f, "rewards-{mode}"),
            Self::Settings => f.write_str("settings"),
        }
    }
}

domain::serde_as_text!(Part);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_part_has_a_name_of_its_own_that_reads_back() {
        let names: BTreeSet<String> = Part::all().map(|part| part.to_string()).collect();
        assert_eq!(names.len(), Part::all().count());
        assert!(Part::all().all(|part| Part::parse(&part.to_string()) == Some(part)));
        assert_eq!(Part::all().last(), Some(Part::Settings));
        assert_eq!(Part::parse("members-live-16"), None);
    }
}
