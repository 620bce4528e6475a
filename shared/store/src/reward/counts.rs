//! The counters of a reward: how many were given in all, and how many were given to each member.
//! The transaction of a redemption raises the counters, on condition that the limit is not reached.
//! A reward without a limit has no counter for that limit.
//!
//! A stock's counter is written once for each piece, and the number of pieces is bounded. Once the
//! stock is empty, an instance refuses the reward for some seconds without a write.

use crate::TtlCache;
use crate::reward::redemption_item::RedemptionRecord;
use crate::table::attributes::{self, member_id};
use crate::table::items::{self, Item};
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::transaction::{Slot, Transaction};
use crate::table::write::Write;
use crate::{Scope, Store, StoreError};
use domain::{Instant, MemberId, Reward, RewardId};
use std::collections::{HashMap, HashSet};

/// The seconds for which an instance remembers that a stock was empty. A cancelled redemption gives
/// its piece to the next request after them.
pub(crate) const SOLD_OUT_SECONDS: i64 = 10;

/// The stocks that were empty a moment ago, with their size.
pub(crate) type SoldOut = TtlCache<(Tenant, RewardId), u32>;

/// How many of a reward were given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RewardCounts {
    /// The number given in all, if the stock is limited.
    pub given: u32,
    /// The number given to the member and to those merged into it, if the number for each member is limited.
    pub had: u32,
}

impl Store {
    /// Remembers that the stock of a reward is empty.
    pub(crate) fn remember_sold_out(&self, tenant: Tenant, reward: &Reward, now: Instant) {
        if let Some(stock) = reward.terms().stock {
            self.sold_out.insert((tenant, reward.id), stock, now);
        }
    }

    /// Whether the stock of a reward was empty a moment ago. A stock that was raised since is not.
    pub(crate) fn is_sold_out(&self, tenant: Tenant, reward: &Reward, now: Instant) -> bool {
        let stock = reward.terms().stock;
        stock.is_some() && self.sold_out.get(&(tenant, reward.id), now) == stock
    }

    /// How many of each reward were given in all and to the members, who are one person: half a read unit for
    /// each counter, a hundred a round trip.
    pub async fn reward_counts(
        &self,
        scope: &Scope,
        members: &[MemberId],
        rewards: &[Reward],
    ) -> Result<HashMap<RewardId, RewardCounts>, StoreError> {
        let tenant = scope.tenant();
        let mut wanted = Vec::new();
        for reward in rewards {
            let terms = reward.terms();
            if terms.stock.is_some() {
                wanted.push((keys::reward_stock(tenant, reward.id), reward.id));
            }
            if terms.limit_member.is_some() {
                let of_members = members.iter();
                wanted
                    .extend(of_members.map(|member| {
                        (keys::member_reward(tenant, *member, reward.id), reward.id)
                    }));
            }
        }
        let of_members: HashSet<String> =
            members.iter().map(|member| keys::member_rows(tenant, *member)).collect();
        let wanted_keys: Vec<Key> = wanted.iter().map(|(key, _)| key.clone()).collect();
        let by_key: HashMap<Key, RewardId> = wanted.into_iter().collect();
        let mut counts: HashMap<RewardId, RewardCounts> = HashMap::new();
        for item in self.get_items(&wanted_keys).await? {
            let given = given_of(&item)?;
            let key: Key = items::from_item(item, "reward count")?;
            let Some(reward) = by_key.get(&key) else { continue };
            let count = counts.entry(*reward).or_default();
            if of_members.contains(&key.pk) {
                count.had += given;
            } else {
                count.given = given;
            }
        }
        Ok(counts)
    }

    /// Adds the writes that take a redemption out of the reward's counters, 2 write units each. No
    /// counter goes below zero. 1 round trip, 1 read unit for each counter.
    pub(crate) async fn uncount_reward(
        &self,
        transaction: &mut Transaction<'_>,
        scope: &Scope,
        record: &RedemptionRecord,
    ) -> Result<(), StoreError> {
        let (tenant, Some(reward)) = (scope.tenant(), record.reward()?) else { return Ok(()) };
        let member = member_id(&record.member)?;
        self.sold_out.remove(&(tenant, reward));
        let counted = [
            record.of_stock.then(|| keys::reward_stock(tenant, reward)),
            record.of_limit.then(|| keys::member_reward(tenant, member, reward)),
        ];
        let counted: Vec<Key> = counted.into_iter().flatten().collect();
        for item in self.get_items_strongly(&counted).await? {
            if given_of(&item)? == 0 {
                continue;
            }
            let key: Key = items::from_item(item, "reward count")?;
            let update = Write::update(&key, "SET given = given - :one");
            transaction.add(update.condition("given >= :one").value(":one", attributes::number(1)));
        }
        Ok(())
    }
}

/// Adds the writes that count one more reward of a member, 2 write units for each limit of the
/// reward. The caller checks first that the stock is not zero, because the condition also holds
/// where the counter does not exist yet.
pub(crate) fn count_reward(
    transaction: &mut Transaction<'_>,
    scope: &Scope,
    (member, had_by_absorbed): (MemberId, u32),
    reward: &Reward,
) {
    let (tenant, terms) = (scope.tenant(), reward.terms());
    let count = |key: &Key, limit: u32| {
        Write::update(key, "ADD given :one")
            .condition("attribute_not_exists(given) OR given < :limit")
            .value(":one", attributes::number(1))
            .value(":limit", attributes::number(limit))
    };
    if let Some(stock) = terms.stock {
        let key = keys::reward_stock(tenant, reward.id);
        transaction.add_in(Slot::RewardStock, count(&key, stock));
    }
    if let Some(limit) = terms.limit_member {
        let key = keys::member_reward(tenant, member, reward.id);
        let limit = limit.saturating_sub(had_by_absorbed);
        transaction.add_in(Slot::MemberReward, count(&key, limit));
    }
}

fn given_of(item: &Item) -> Result<u32, StoreError> {
    let given = item.get("given").and_then(|given| given.as_n().ok());
    given.and_then(|given| given.parse().ok()).ok_or(StoreError::Corrupt("reward count"))
}
