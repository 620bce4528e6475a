//! The catalogue as a till shows it: what is given now, and to whom.

use super::{RewardType, after, next_cursor};
use crate::openapi::TillRefusals;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::reward::Given;
use domain::{
    Account, Day, DomainError, Instant, Language, LedgerError, Points, Reward, RewardError,
    RewardId,
};
use http_edge::{Page, Problem, Segments, Till};
use serde::Serialize;
use store::RewardCounts;
use utoipa::ToSchema;

/// A reward that is given now.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardGiven {
    reward_id: String,
    /// What members read.
    name: String,
    r#type: RewardType,
    /// What it costs; cents in a programme of cents.
    points: i64,
    /// How many are left; absent where there are any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    /// The last day it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    last_day: Option<String>,
    /// The code of the level from which members can have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<String>,
}

/// A page of what is given now. It may hold fewer than were asked for, and not be the last.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardsGiven {
    rewards: Vec<RewardGiven>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Why a member cannot have a reward.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardRefusal {
    /// Stable, for programs and for translation.
    #[schema(value_type = String, examples("reward_level"))]
    code: &'static str,
    /// In French, for who stands at the till.
    #[schema(value_type = String, examples("Cette récompense est réservée à un palier supérieur."))]
    message: &'static str,
}

/// A reward that is given now, and whether a member can have it.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardForMember {
    #[serde(flatten)]
    reward: RewardGiven,
    /// Whether the member can have it now.
    available: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RewardRefusal>,
}

/// As `RewardsGiven`, for a member.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardsForMember {
    member_id: String,
    /// What can be spent.
    balance: i64,
    rewards: Vec<RewardForMember>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl RewardGiven {
    fn of(reward: &Reward, counts: RewardCounts) -> Self {
        let terms = reward.terms();
        Self {
            reward_id: reward.id.to_string(),
            name: terms.name.clone(),
            r#type: match terms.given {
                Given::Goods => RewardType::Goods,
                Given::Coupon(_) => RewardType::Coupon,
            },
            points: terms.points.get(),
            left: reward.left(counts.given),
            last_day: terms.last_day.map(|day| day.to_string()),
            level: terms.level.as_ref().map(|level| level.as_str().to_owned()),
        }
    }
}

/// The member as far as rewards ask.
struct Asking<'a> {
    account: &'a Account,
    available: Points,
    till: &'a Till,
    today: Day,
}

impl Asking<'_> {
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

    fn told(&self, reward: &Reward, counts: RewardCounts) -> RewardForMember {
        let refusal = self.refusal(reward, counts);
        RewardForMember {
            reward: RewardGiven::of(reward, counts),
            available: refusal.is_none(),
            refusal: refusal.map(|refusal| RewardRefusal {
                code: refusal.code(),
                message: Language::French.sentence(refusal.code()),
            }),
        }
    }
}

/// What of a page is given on a day, and where the next page begins.
async fn given(
    app: &App,
    till: &Till,
    Page { limit, after: from }: Page<String>,
    now: Instant,
) -> Result<(Vec<Reward>, Option<RewardId>), Problem> {
    let (store, tenant) = (app.store(), till.scope.tenant());
    let today = Day::at(now, &till.establishment.time_zone);
    let (read, next) = store.rewards(tenant, after(from)?, limit).await?;
    let mut given = Vec::with_capacity(read.len());
    for reward in read {
        if store.reward_refusal(tenant, &reward, today, now).await?.is_none() {
            given.push(reward);
        }
    }
    Ok((given, next))
}

/// What is given for points now, newest first, with what is left of it.
#[utoipa::path(
    operation_id = "list_rewards_given",
    get, path = "/v1/rewards", tag = "rewards", security(("till_key" = [])),
    params(
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = RewardsGiven),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    page: Page<String>,
) -> Result<Json<RewardsGiven>, Problem> {
    let (rewards, next) = given(&app, &till, page, app.now()).await?;
    let counts = app.store().reward_counts(&till.scope, None, &rewards).await?;
    let count = |reward: &Reward| counts.get(&reward.id).copied().unwrap_or_default();
    Ok(Json(RewardsGiven {
        rewards: rewards.iter().map(|reward| RewardGiven::of(reward, count(reward))).collect(),
        next_cursor: next_cursor(next)?,
    }))
}

/// What is given for points now, and which of it a member can have.
#[utoipa::path(
    operation_id = "list_member_rewards",
    get, path = "/v1/members/{member_id}/rewards", tag = "rewards", security(("till_key" = [])),
    params(
        ("member_id" = String, Path),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = RewardsForMember),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn list_for_member(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    page: Page<String>,
) -> Result<Json<RewardsForMember>, Problem> {
    let (id, now) = (identifiers::member(&id)?, app.now());
    let member = app.store().member(&till.scope, id).await?;
    let (rewards, next) = given(&app, &till, page, now).await?;
    let of = Some(member.person.id);
    let counts = app.store().reward_counts(&till.scope, of, &rewards).await?;
    let count = |reward: &Reward| counts.get(&reward.id).copied().unwrap_or_default();
    let today = Day::at(now, &till.establishment.time_zone);
    let balance = member.account.balance_on(today, &till.scope.settings.programmes);
    let account = &member.account;
    let asking = Asking { account, available: balance.available, till: &till, today };
    Ok(Json(RewardsForMember {
        member_id: member.person.id.to_string(),
        balance: balance.available.get(),
        rewards: rewards.iter().map(|reward| asking.told(reward, count(reward))).collect(),
        next_cursor: next_cursor(next)?,
    }))
}
