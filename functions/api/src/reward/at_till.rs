//! The catalogue at the till: the rewards that are given now, and whether a member can have them.

use crate::context::App;
use crate::parameters::{MemberPath, PageQuery};
use crate::reward::response::RewardType;
use crate::schema::{Date, Identifier, LevelCode};
use axum::Json;
use axum::extract::State;
use domain::reward::Eligibility;
use domain::{Day, DomainError, Instant, Language, MemberId, Reward, RewardId};
use http_edge::{Page, Problem, Query, Segments, Till, cursor};
use serde::Serialize;
use store::RewardCounts;
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

impl RewardForMember {
    fn of(reward: &Reward, counts: RewardCounts, eligibility: &Eligibility<'_>) -> Self {
        let checked = eligibility.check(reward, counts.given, counts.had);
        let refusal = checked.err().map(DomainError::from);
        Self {
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
    let after = page.after(&till.scope, list)?;
    let (tenant, today) = (till.scope.tenant(), till.day(now));
    Ok(app.store().rewards_given(tenant, after, page.limit, today, now).await?)
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
    let counts = app.store().reward_counts(&till.scope, &member.person.members(), &rewards).await?;
    let count = |reward: &Reward| counts.get(&reward.id).copied().unwrap_or_default();
    let programmes = &till.scope.settings.programmes;
    let eligibility = Eligibility::on(till.day(now), &member.account, programmes);
    let answer = |reward: &Reward| RewardForMember::of(reward, count(reward), &eligibility);
    Ok(Json(RewardsForMember {
        member_id: member.person.id,
        balance: eligibility.available.get(),
        rewards: rewards.iter().map(answer).collect(),
        next_cursor: cursor::next(&till.scope, &list, next.as_ref())?,
    }))
}
