//! The catalogue at the till: the rewards that are given now, and whether a member can have them.

use crate::context::App;
use crate::parameters::{MemberPath, PageQuery};
use crate::reward::response::RewardType;
use crate::schema::{Date, Identifier, LevelCode};
use axum::Json;
use axum::extract::State;
use domain::{
    Account, Day, DomainError, Instant, Language, LedgerError, MemberId, Points, Reward,
    RewardError, RewardId,
};
use http_edge::{Page, Problem, Query, Segments, Till, cursor};
use serde::Serialize;
use store::{RewardCounts, StoredReward};
use utoipa::ToSchema;

/// A reward that is given now.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardGiven {
    #[schema(value_type = Identifier)]
    reward_id: RewardId,
    /// The name that members read.
    name: String,
    r#type: RewardType,
    /// The price in points, or in cents in a programme of cents.
    points: i64,
    /// The number that is left. Absent for any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    /// The last day of the reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    last_day: Option<Day>,
    /// The code of the level from which members can have the reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<LevelCode>)]
    level: Option<String>,
}

/// A page of the rewards that are given now.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardsGiven {
    rewards: Vec<RewardGiven>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// The reason why a member cannot have a reward.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardRefusal {
    /// A stable code, for programs and for translation.
    #[schema(value_type = String, examples("reward_level"))]
    code: &'static str,
    /// The reason in French, for the cashier.
    #[schema(value_type = String, examples("Cette récompense est réservée à un palier supérieur."))]
    cashier_message: &'static str,
}

/// A reward that is given now, and whether a member can have it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardForMember {
    #[serde(flatten)]
    reward: RewardGiven,
    /// Whether the member can have the reward now.
    available: bool,
    /// The reason why the member cannot have the reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RewardRefusal>,
}

/// A page of the rewards that are given now, for one member.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardsForMember {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    /// The points that the member can spend.
    balance: i64,
    rewards: Vec<RewardForMember>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl RewardGiven {
    fn of(reward: &Reward, counts: RewardCounts) -> Self {
        let terms = reward.terms();
        Self {
            reward_id: reward.id,
            name: terms.name.clone(),
            r#type: RewardType::of(&terms.given),
            points: terms.points.get(),
            left: reward.left(counts.given),
            last_day: terms.last_day,
            level: terms.level.as_ref().map(|level| level.as_str().to_owned()),
        }
    }
}

/// The facts about a member that decide whether the member can have a reward.
struct Eligibility<'a> {
    account: &'a Account,
    available: Points,
    till: &'a Till,
    today: Day,
}

impl Eligibility<'_> {
    fn refusal(&self, reward: &Reward, counts: RewardCounts) -> Option<DomainError> {
        let levels = &self.till.scope.settings.programmes.terms_on(self.today).levels;
        let given = reward.given_to(self.account.level_in(levels), levels, self.today);
        let refusal = given.and_then(|()| reward.left_for(counts.given, counts.had)).err();
        match refusal {
            Some(refusal) => Some(RewardError::Refused(refusal).into()),
            None if self.available < reward.terms().points => {
                Some(LedgerError::NotEnoughPoints.into())
            }
            None => None,
        }
    }

    fn answer(&self, reward: &Reward, counts: RewardCounts) -> RewardForMember {
        let refusal = self.refusal(reward, counts);
        RewardForMember {
            reward: RewardGiven::of(reward, counts),
            available: refusal.is_none(),
            refusal: refusal.map(|refusal| RewardRefusal {
                code: refusal.code(),
                cashier_message: Language::French.sentence(refusal.code()),
            }),
        }
    }
}

/// The rewards of a page that are given on a day, and the position of the next page.
async fn given(
    app: &App,
    till: &Till,
    (page, list): (&Page, &str),
    now: Instant,
) -> Result<(Vec<Reward>, Option<RewardId>), Problem> {
    let (store, tenant, today) = (app.store(), till.scope.tenant(), till.day(now));
    let after = page.after(&till.scope, list)?;
    let (read, next) = store.rewards(tenant, after, page.limit).await?;
    let mut given = Vec::with_capacity(read.len());
    for StoredReward { reward, .. } in read {
        if store.reward_refusal(tenant, &reward, today, now).await?.is_none() {
            given.push(reward);
        }
    }
    Ok((given, next))
}

/// List the rewards that are given now, newest first, with the number that is left of each.
#[utoipa::path(
    operation_id = "list_rewards_given",
    get, path = "/v1/rewards", tag = "rewards",
    params(PageQuery),
    responses((status = 200, description = "A page of rewards.", body = RewardsGiven)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Query(page): Query<Page>,
) -> Result<Json<RewardsGiven>, Problem> {
    let list = "rewards given";
    let (rewards, next) = given(&app, &till, (&page, list), app.now()).await?;
    let counts = app.store().reward_counts(&till.scope, &[], &rewards).await?;
    let count = |reward: &Reward| counts.get(&reward.id).copied().unwrap_or_default();
    Ok(Json(RewardsGiven {
        rewards: rewards.iter().map(|reward| RewardGiven::of(reward, count(reward))).collect(),
        next_cursor: cursor::next(&till.scope, list, next.as_ref())?,
    }))
}

/// List the rewards that are given now, and whether a member can have each of them.
#[utoipa::path(
    operation_id = "list_member_rewards",
    get, path = "/v1/members/{member_id}/rewards", tag = "rewards",
    params(MemberPath, PageQuery),
    responses((status = 200, description = "A page of rewards.", body = RewardsForMember)),
)]
pub(crate) async fn list_for_member(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    Query(page): Query<Page>,
) -> Result<Json<RewardsForMember>, Problem> {
    let now = app.now();
    let member = app.store().member(&till.scope, path.member_id).await?;
    let list = format!("rewards of {}", path.member_id);
    let (rewards, next) = given(&app, &till, (&page, &list), now).await?;
    let members = [&[member.person.id], &*member.person.absorbed].concat();
    let counts = app.store().reward_counts(&till.scope, &members, &rewards).await?;
    let count = |reward: &Reward| counts.get(&reward.id).copied().unwrap_or_default();
    let today = till.day(now);
    let balance = member.account.balance_on(today, &till.scope.settings.programmes);
    let account = &member.account;
    let eligibility = Eligibility { account, available: balance.available, till: &till, today };
    Ok(Json(RewardsForMember {
        member_id: member.person.id,
        balance: balance.available.get(),
        rewards: rewards.iter().map(|reward| eligibility.answer(reward, count(reward))).collect(),
        next_cursor: cursor::next(&till.scope, &list, next.as_ref())?,
    }))
}
