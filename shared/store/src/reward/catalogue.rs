//! Rewards: the catalogue of a merchant. Each reward is one item, cached in memory for a minute.

use crate::TtlCache;
use crate::table::attributes;
use crate::table::items;
use crate::table::keys::{self, Key};
use crate::table::tenant::Tenant;
use crate::table::write::Write;
use crate::{Answered, Consistency, Entity, IdempotencyKey, Scope, Store, StoreError};
use domain::programme::LevelCode;
use domain::reward::{Given, Refusal, Terms};
use domain::{Credential, Day, Instant, OfferId, Points, Reward, RewardId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(crate) type Rewards = TtlCache<(Tenant, RewardId), Arc<Reward>>;

#[derive(Serialize, Deserialize)]
struct RewardRecord {
    pk: String,
    sk: String,
    name: String,
    points: i64,
    /// The offer whose coupons the reward gives; `None` for goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    offer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stock: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit_member: Option<u32>,
    first_day: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_day: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    /// The credential of the last change.
    by: Credential,
}

/// A reward, and the credential that changed it last.
#[derive(Clone)]
pub struct StoredReward {
    /// The reward.
    pub reward: Reward,
    /// The credential of the last change.
    pub changed_by: Credential,
}

impl RewardRecord {
    fn of(scope: &Scope, reward: &Reward) -> Self {
        let Key { pk, sk } = keys::reward(scope.tenant(), reward.id);
        let terms = reward.terms();
        Self {
            pk,
            sk,
            name: terms.name.clone(),
            points: terms.points.get(),
            offer: match terms.given {
                Given::Goods => None,
                Given::Coupon(offer) => Some(offer.to_string()),
            },
            stock: terms.stock,
            limit_member: terms.limit_member,
            first_day: terms.first_day.to_string(),
            last_day: terms.last_day.map(|day| day.to_string()),
            level: terms.level.as_ref().map(|level| level.as_str().to_owned()),
            disabled: reward.disabled,
            by: scope.credential,
        }
    }

    fn read(self) -> Result<StoredReward, StoreError> {
        let id = self.sk.strip_prefix(keys::REWARD_PREFIX).map(RewardId::parse);
        let given = match self.offer {
            None => Given::Goods,
            Some(offer) => {
                Given::Coupon(OfferId::parse(&offer).map_err(StoreError::corrupt("reward"))?)
            }
        };
        let terms = Terms {
            name: self.name,
            points: Points::new(self.points),
            given,
            stock: self.stock,
            limit_member: self.limit_member,
            first_day: Day::parse(&self.first_day).map_err(StoreError::corrupt("reward"))?,
            last_day: self
                .last_day
                .as_deref()
                .map(Day::parse)
                .transpose()
                .map_err(StoreError::corrupt("reward"))?,
            level: self
                .level
                .as_deref()
                .map(LevelCode::parse)
                .transpose()
                .map_err(StoreError::corrupt("reward"))?,
        };
        let id = id.and_then(Result::ok).ok_or(StoreError::Corrupt("reward"))?;
        let reward = Reward::from_stored(id, terms, self.disabled);
        Ok(StoredReward { reward, changed_by: self.by })
    }
}

impl Store {
    /// Creates a reward: 1 round trip, 2 write units, and the cost of an idempotency key where the
    /// request has one. A repeated request with the same key returns the stored reward in its
    /// current state.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where the identifier is taken, or [`StoreError::Refused`] with
    /// [`RequestError::IdempotencyKeyReused`](domain::RequestError::IdempotencyKeyReused).
    pub async fn create_reward(
        &self,
        scope: &Scope,
        reward: &Reward,
        key: Option<&IdempotencyKey>,
        now: Instant,
    ) -> Result<Answered<StoredReward>, StoreError> {
        let put = Write::put(&RewardRecord::of(scope, reward))?.if_absent();
        match self.enter_once(scope, &reward.id.to_string(), &put, key, now).await? {
            None => {
                let (reward, changed_by) = (reward.clone(), scope.credential);
                Ok(Answered::New(StoredReward { reward, changed_by }))
            }
            Some(before) => {
                let id = RewardId::parse(&before).map_err(|_| StoreError::Corrupt("answer"))?;
                Ok(Answered::Replayed(self.reward(scope.tenant(), id).await?))
            }
        }
    }

    /// Replaces a reward: 1 round trip, 2 write units. Every instance uses the new terms within a
    /// minute.
    pub async fn rewrite_reward(&self, scope: &Scope, reward: &Reward) -> Result<(), StoreError> {
        let written =
            self.transact_one(Write::put(&RewardRecord::of(scope, reward))?.if_present()).await;
        self.rewards.remove(&(scope.tenant(), reward.id));
        if written? { Ok(()) } else { Err(StoreError::NotFound(Entity::Reward)) }
    }

    /// A reward, read strongly: 1 round trip, 1 read unit.
    pub async fn reward(&self, tenant: Tenant, id: RewardId) -> Result<StoredReward, StoreError> {
        let key = keys::reward(tenant, id);
        let record: Option<RewardRecord> = self.get_item(&key, Consistency::Strong).await?;
        record.ok_or(StoreError::NotFound(Entity::Reward))?.read()
    }

    /// A reward at most a minute old: no call while the reward is cached, otherwise 1 round trip
    /// and half a read unit.
    pub(crate) async fn cached_reward(
        &self,
        tenant: Tenant,
        id: RewardId,
        now: Instant,
    ) -> Result<Arc<Reward>, StoreError> {
        if let Some(reward) = self.rewards.get(&(tenant, id), now) {
            return Ok(reward);
        }
        let key = keys::reward(tenant, id);
        let record: Option<RewardRecord> = self.get_item(&key, Consistency::Eventual).await?;
        let reward = Arc::new(record.ok_or(StoreError::NotFound(Entity::Reward))?.read()?.reward);
        self.rewards.insert((tenant, id), Arc::clone(&reward), now);
        Ok(reward)
    }

    /// Rewards, the latest first, and the identifier after which the next page begins: 1 query,
    /// half a read unit for each 4 KB.
    pub async fn rewards(
        &self,
        tenant: Tenant,
        after: Option<RewardId>,
        limit: usize,
    ) -> Result<(Vec<StoredReward>, Option<RewardId>), StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&*self.table)
            .key_condition_expression("pk = :pk AND begins_with(sk, :reward)")
            .expression_attribute_values(":pk", attributes::text(keys::rewards_partition(tenant)))
            .expression_attribute_values(":reward", attributes::text(keys::REWARD_PREFIX))
            .scan_index_forward(false)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(
                after.map(|after| items::key_item(&keys::reward(tenant, after))),
            )
            .send()
            .await
            .map_err(StoreError::unavailable)?;
        let more = answer.last_evaluated_key.is_some();
        let rewards = answer.items.unwrap_or_default().into_iter();
        let rewards = rewards.map(|item| items::from_item::<RewardRecord>(item, "reward")?.read());
        let rewards = rewards.collect::<Result<Vec<_>, StoreError>>()?;
        let next = rewards.last().filter(|_| more).map(|last| last.reward.id);
        Ok((rewards, next))
    }

    /// The reason why no member can get a reward on a day: the terms of the reward, or the terms of
    /// the offer whose coupons the reward gives. No call while the offer is cached, otherwise 1
    /// round trip and half a read unit.
    pub async fn reward_refusal(
        &self,
        tenant: Tenant,
        reward: &Reward,
        today: Day,
        now: Instant,
    ) -> Result<Option<Refusal>, StoreError> {
        if let Err(refusal) = reward.given_on(today) {
            return Ok(Some(refusal));
        }
        let Given::Coupon(offer) = reward.terms().given else { return Ok(None) };
        let offer = self.cached_offer(tenant, offer, now).await?;
        Ok(reward.gives_on(offer.as_deref(), today).err())
    }

    /// The rewards of a page of [`Store::rewards`] that are given on a day, which may be none of them, and the
    /// identifier after which the next page begins: the cost of that page. Where rewards give coupons of offers
    /// that are not cached: half a read unit for each of these offers, a hundred a round trip.
    pub async fn rewards_given(
        &self,
        tenant: Tenant,
        after: Option<RewardId>,
        limit: usize,
        today: Day,
        now: Instant,
    ) -> Result<(Vec<Reward>, Option<RewardId>), StoreError> {
        let (read, next) = self.rewards(tenant, after, limit).await?;
        let mut rewards: Vec<Reward> = read.into_iter().map(|stored| stored.reward).collect();
        rewards.retain(|reward| reward.given_on(today).is_ok());
        let offers = rewards.iter().filter_map(offer_of).collect();
        let offers = self.cached_offers(tenant, offers, now).await?;
        rewards.retain(|reward| {
            let offer = offer_of(reward).and_then(|id| offers.get(&id));
            reward.gives_on(offer.map(|offer| &**offer), today).is_ok()
        });
        Ok((rewards, next))
    }
}

/// The offer whose coupons a reward gives.
const fn offer_of(reward: &Reward) -> Option<OfferId> {
    match reward.terms().given {
        Given::Goods => None,
        Given::Coupon(offer) => Some(offer),
    }
}
