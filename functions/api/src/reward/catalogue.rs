//! The operator writes and reads a merchant's catalogue of rewards.

use crate::context::App;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::{scope, scope_in_force};
use crate::parameters::{MerchantPath, ModeQuery, OptionalKey, PageQuery, RewardPath};
use crate::reward::request::PutReward;
use crate::reward::response::{RewardAnswer, RewardPage};
use axum::Json;
use axum::extract::State;
use domain::RewardId;
use http_edge::{
    JsonBody, KeyedAnswer, KeyedBody, Operator, Page, Problem, Query, Segments, cursor, idempotency,
};
use store::StoredReward;

/// Create a reward.
#[utoipa::path(
    operation_id = "create_reward",
    post, path = "/v1/merchants/{merchant_id}/rewards", tag = "rewards",
    params(MerchantPath, ModeQuery, OptionalKey),
    request_body = PutReward,
    responses(
        (status = 201, description = "The new reward; or the reward that an earlier request with the same \
         key created, as it is now.", body = RewardAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`), or the key came \
         with another request (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query(DataMode(mode)): Query<DataMode>,
    KeyedBody { key, body: put }: KeyedBody<PutReward>,
) -> Result<KeyedAnswer<RewardAnswer>, Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, path.merchant_id, mode).await?);
    let reward = put.read(&app, &scope, RewardId::mint(now, app.random()?)).await?;
    let answered = app.store().create_reward(&scope, &reward, key.as_ref(), now).await?;
    let (reward, is_replay) = idempotency::split(answered);
    let answer = RewardAnswer::with_counts(&app, &scope, &reward).await?;
    Ok(KeyedAnswer::created(answer, is_replay))
}

/// The name of the list in its cursors.
const LIST: &str = "rewards";

/// List a merchant's rewards, newest first.
#[utoipa::path(
    operation_id = "list_rewards",
    get, path = "/v1/merchants/{merchant_id}/rewards", tag = "rewards",
    params(MerchantPath, ModeQuery, PageQuery),
    responses((status = 200, description = "A page of rewards.", body = RewardPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    Query((DataMode(mode), page)): Query<(DataMode, Page)>,
) -> Result<Json<RewardPage>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    let (rewards, next) =
        app.store().rewards(scope.tenant(), page.after(&scope, LIST)?, page.limit).await?;
    let bare: Vec<_> = rewards.iter().map(|stored| stored.reward.clone()).collect();
    let counts = app.store().reward_counts(&scope, &[], &bare).await?;
    let count = |id: &RewardId| counts.get(id).copied().unwrap_or_default();
    let answer = |stored: &StoredReward| RewardAnswer::of(stored, count(&stored.reward.id));
    Ok(Json(RewardPage {
        rewards: rewards.iter().map(answer).collect(),
        next_cursor: cursor::next(&scope, LIST, next.as_ref())?,
    }))
}

/// Show a reward.
#[utoipa::path(
    operation_id = "show_reward",
    get, path = "/v1/merchants/{merchant_id}/rewards/{reward_id}", tag = "rewards",
    params(RewardPath, ModeQuery),
    responses((status = 200, description = "The reward of the catalogue.", body = RewardAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<RewardPath>,
    Query(DataMode(mode)): Query<DataMode>,
) -> Result<Json<RewardAnswer>, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    let reward = app.store().reward(scope.tenant(), path.reward_id).await?;
    Ok(Json(RewardAnswer::with_counts(&app, &scope, &reward).await?))
}

/// Replace a reward as a whole.
///
/// Every till gives the new reward within one minute; redemptions that were made before do not change.
#[utoipa::path(
    operation_id = "put_reward",
    put, path = "/v1/merchants/{merchant_id}/rewards/{reward_id}", tag = "rewards",
    params(RewardPath, ModeQuery),
    request_body = PutReward,
    responses(
        (status = 200, description = "The updated reward.", body = RewardAnswer),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`)."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<RewardPath>,
    Query(DataMode(mode)): Query<DataMode>,
    JsonBody(put): JsonBody<PutReward>,
) -> Result<Json<RewardAnswer>, Problem> {
    let scope = scope_in_force(&app, path.merchant_id, mode).await?;
    let reward = put.read(&app, &scope, path.reward_id).await?;
    app.store().rewrite_reward(&scope, &reward).await?;
    let stored = StoredReward { reward, changed_by: scope.credential };
    Ok(Json(RewardAnswer::with_counts(&app, &scope, &stored).await?))
}
