//! A reward, as the operator reads it.

use crate::context::App;
use crate::schema::{CredentialText, Date, Identifier, LevelCode};
use domain::reward::Given;
use domain::{Credential, Day, OfferId, RewardId};
use http_edge::Problem;
use serde::{Deserialize, Serialize};
use store::{RewardCounts, Scope, StoredReward};
use utoipa::ToSchema;

/// The kind of a reward.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RewardType {
    /// Goods that are handed out over the counter.
    Goods,
    /// A coupon of an offer, for the member alone.
    Coupon,
}

impl RewardType {
    pub(super) const fn of(given: &Given) -> Self {
        match given {
            Given::Goods => Self::Goods,
            Given::Coupon(_) => Self::Coupon,
        }
    }
}

/// A reward of a merchant's catalogue.
#[derive(Serialize, ToSchema)]
#[schema(as = Reward)]
pub(crate) struct RewardAnswer {
    #[schema(value_type = Identifier)]
    reward_id: RewardId,
    /// The name that members read.
    name: String,
    r#type: RewardType,
    /// The offer whose coupon is given. Absent for goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    offer_id: Option<OfferId>,
    /// The price in points, or in cents in a programme of cents.
    points: i64,
    /// The number that can be given in all, including those already given. Absent for any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<u32>,
    /// The number that is left of the stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    /// The number that one member can have. Absent for any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_member: Option<u32>,
    /// The first day of the reward, in the time zone of the establishment.
    #[schema(value_type = Date)]
    first_day: Day,
    /// The last day of the reward. Absent for a reward without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    last_day: Option<Day>,
    /// The code of the level from which members can have the reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LevelCode>)]
    level: Option<String>,
    /// Whether the reward is not given for the time being.
    disabled: bool,
    /// The credential that changed the reward last.
    #[schema(value_type = CredentialText)]
    changed_by: Credential,
}

/// A page of rewards.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardPage {
    pub(super) rewards: Vec<RewardAnswer>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

impl RewardAnswer {
    pub(super) fn of(stored: &StoredReward, counts: RewardCounts) -> Self {
        let StoredReward { reward, changed_by } = stored;
        let terms = reward.terms();
        Self {
            reward_id: reward.id,
            name: terms.name.clone(),
            r#type: RewardType::of(&terms.given),
            offer_id: match terms.given {
                Given::Goods => None,
                Given::Coupon(offer) => Some(offer),
            },
            points: terms.points.get(),
            stock: terms.stock,
            left: reward.left(counts.given),
            limit_member: terms.limit_member,
            first_day: terms.first_day,
            last_day: terms.last_day,
            level: terms.level.as_ref().map(|level| level.as_str().to_owned()),
            disabled: reward.disabled,
            changed_by: *changed_by,
        }
    }

    /// The reward with the number that is left: no round trip, or 1 if the stock is limited.
    pub(super) async fn with_counts(
        app: &App,
        scope: &Scope,
        stored: &StoredReward,
    ) -> Result<Self, Problem> {
        let reward = std::slice::from_ref(&stored.reward);
        let counts = app.store().reward_counts(scope, &[], reward).await?;
        Ok(Self::of(stored, counts.get(&stored.reward.id).copied().unwrap_or_default()))
    }
}
