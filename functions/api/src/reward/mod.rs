//! Rewards: the merchant's catalogue of what is given for points. The operator writes it today; a
//! merchant's own login will come to the same routes. Tills read it.

pub(crate) mod at_till;
pub(crate) mod redemption;

use crate::coupon::{scope, scope_in_force};
use crate::merchant::mode::{InMode, PageInMode};
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, codes, identifiers};
use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use domain::coupon::offer::Usage;
use domain::programme::LevelCode;
use domain::reward::{self, NAME_LENGTH, Terms};
use domain::values::{calendar, text};
use domain::{Day, OfferId, Points, Reward, RewardError, RewardId, ValueError};
use http_edge::idempotency::{Replayed, told};
use http_edge::problem::Kind;
use http_edge::{Fields, JsonBody, KeyedBody, Operator, Page, Problem, Segments, cursor, page};
use serde::{Deserialize, Serialize};
use store::{RewardCounts, Scope, StoreError};
use utoipa::ToSchema;

/// The routes of the catalogue.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/merchants/{merchant_id}/rewards", get(list).post(create))
        .route("/v1/merchants/{merchant_id}/rewards/{reward_id}", get(show).put(put))
        .route("/v1/rewards", get(at_till::list))
        .route("/v1/members/{member_id}/rewards", get(at_till::list_for_member))
}

/// What kind of thing is given.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RewardType {
    /// Something handed out over the counter.
    Goods,
    /// A coupon of an offer, for the member alone.
    Coupon,
}

/// A reward as it is written.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutReward {
    /// What members read.
    #[schema(max_length = 60, examples("Tasse en grès"))]
    name: String,
    r#type: RewardType,
    /// Of a coupon: an offer whose codes are used once.
    offer_id: Option<String>,
    /// What it costs; cents in a programme of cents.
    #[schema(minimum = 1, maximum = 1_000_000, examples(500))]
    points: i64,
    /// How many there are in all, those given among them; absent for any number. They are counted from
    /// when a stock is first set.
    #[schema(minimum = 0, examples(50))]
    stock: Option<u32>,
    /// How many a member may have; absent for any number. They are counted from when a limit is first
    /// set.
    #[schema(minimum = 1, examples(1))]
    limit_member: Option<u32>,
    /// The first day it is given, in the establishment's zone.
    #[schema(format = Date, examples("2026-11-01"))]
    first_day: String,
    /// The last day, that day included; absent for no end.
    #[schema(format = Date, examples("2026-12-31"))]
    last_day: Option<String>,
    /// The code of a level of today's programme: only for members of it or of a higher one.
    #[schema(examples("gold"))]
    level: Option<String>,
    /// Whether it is not given for the time being.
    #[serde(default)]
    disabled: bool,
}

/// A reward.
#[derive(Serialize, ToSchema)]
#[schema(as = Reward)]
pub(crate) struct RewardAnswer {
    reward_id: String,
    name: String,
    r#type: RewardType,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<String>,
    points: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<u32>,
    /// How many of the stock are left.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit_member: Option<u32>,
    #[schema(format = Date)]
    first_day: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    last_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    disabled: bool,
}

/// A page of rewards.
#[derive(Serialize, ToSchema)]
pub(crate) struct RewardPage {
    rewards: Vec<RewardAnswer>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl PutReward {
    /// Reads it, and looks the offer up where it gives a coupon: no round trip, or 1.
    async fn read(&self, app: &App, scope: &Scope, id: RewardId) -> Result<Reward, Problem> {
        let mut fields = Fields::default();
        let name = fields.check("/name", text::bounded(&self.name, NAME_LENGTH));
        let given = self.given(app, scope, &mut fields).await?;
        let first_day = fields.check("/first_day", Day::parse(&self.first_day));
        let last_day = fields.check_given("/last_day", self.last_day.as_deref(), Day::parse);
        let level = fields.check_given("/level", self.level.as_deref(), LevelCode::parse);
        let (Some(name), Some(given), Some(first_day), Some(last_day), Some(level)) =
            (name, given, first_day, last_day, level)
        else {
            return Err(fields.refuse());
        };
        let terms = Terms {
            name: name.to_owned(),
            points: Points::new(self.points),
            given,
            stock: self.stock,
            limit_member: self.limit_member,
            first_day,
            last_day,
            level,
        };
        let today = Day::at(app.now(), &calendar::PARIS);
        let levels = &scope.settings.programmes.terms_on(today).levels;
        Reward::new(id, terms, self.disabled, levels).map_err(|field| {
            fields.note_invalid("", &field);
            fields.refuse()
        })
    }

    async fn given(
        &self,
        app: &App,
        scope: &Scope,
        fields: &mut Fields,
    ) -> Result<Option<reward::Given>, Problem> {
        let offer = match (self.r#type, self.offer_id.as_deref()) {
            (RewardType::Goods, None) => return Ok(Some(reward::Given::Goods)),
            (RewardType::Goods, Some(_)) => {
                let detail = "goes with the type coupon only";
                fields.note("/offer_id", codes::OTHER_TYPE, detail);
                return Ok(None);
            }
            (RewardType::Coupon, None) => {
                let detail = "must be given with the type coupon";
                fields.note("/offer_id", http_edge::codes::MISSING, detail);
                return Ok(None);
            }
            (RewardType::Coupon, Some(offer)) => offer,
        };
        let Some(offer) = fields.check("/offer_id", OfferId::parse(offer)) else {
            return Ok(None);
        };
        let offer = match app.store().offer(scope.tenant(), offer).await {
            Err(StoreError::NotFound(_)) => {
                return Ok(fields.check("/offer_id", Err(ValueError::Identifier)));
            }
            found => found?,
        };
        if offer.terms().usage != Usage::Single {
            return Ok(fields.check("/offer_id", Err(RewardError::Offer)));
        }
        Ok(Some(reward::Given::Coupon(offer.id)))
    }
}

impl RewardAnswer {
    fn of(reward: &Reward, counts: RewardCounts) -> Self {
        let terms = reward.terms();
        let (r#type, offer) = match terms.given {
            reward::Given::Goods => (RewardType::Goods, None),
            reward::Given::Coupon(offer) => (RewardType::Coupon, Some(offer)),
        };
        Self {
            reward_id: reward.id.to_string(),
            name: terms.name.clone(),
            r#type,
            offer_id: offer.map(|offer| offer.to_string()),
            points: terms.points.get(),
            stock: terms.stock,
            left: reward.left(counts.given),
            limit_member: terms.limit_member,
            first_day: terms.first_day.to_string(),
            last_day: terms.last_day.map(|day| day.to_string()),
            level: terms.level.as_ref().map(|level| level.as_str().to_owned()),
            disabled: reward.disabled,
        }
    }

    /// With what is left of it: no round trip, or 1 where its stock is limited.
    async fn with_counts(app: &App, scope: &Scope, reward: &Reward) -> Result<Self, Problem> {
        let counts = app.store().reward_counts(scope, None, std::slice::from_ref(reward)).await?;
        Ok(Self::of(reward, counts.get(&reward.id).copied().unwrap_or_default()))
    }
}

/// The reward after which a page begins.
fn after(after: Option<String>) -> Result<Option<RewardId>, Problem> {
    after
        .map(|after| RewardId::parse(&after))
        .transpose()
        .map_err(|_| Problem::fields(Kind::Malformed, vec![page::refused_cursor()]))
}

fn next_cursor(next: Option<RewardId>) -> Result<Option<String>, Problem> {
    let next = next.map(|id| cursor::encode(&id.to_string())).transpose();
    next.map_err(|error| Problem::defect(error.to_string()))
}

/// Write a reward. With the header `Idempotency-Key` the same request again within 24 hours writes none, and
/// is answered with the reward as it stands then.
#[utoipa::path(
    operation_id = "create_reward",
    post, path = "/v1/merchants/{merchant_id}/rewards", tag = "rewards",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key a reward, a UUID for example."),
    ),
    request_body = PutReward,
    responses(
        (status = 201, description = "Written; before, where the header `idempotency-replayed` is `true`.",
         body = RewardAnswer),
        (status = 409, description = "The merchant's contract has ended, or the key came with another \
         request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    InMode(mode): InMode,
    KeyedBody { key, body: put }: KeyedBody<PutReward>,
) -> Result<(StatusCode, Replayed, Json<RewardAnswer>), Problem> {
    let (now, scope) = (app.now(), scope_in_force(&app, &merchant, mode).await?);
    let reward = put.read(&app, &scope, RewardId::mint(now, identifiers::random()?)).await?;
    let answered = app.store().create_reward(&scope, &reward, key.as_ref(), now).await?;
    let (reward, replayed) = told(answered);
    let reward = RewardAnswer::with_counts(&app, &scope, &reward).await?;
    Ok((StatusCode::CREATED, replayed, Json(reward)))
}

/// A merchant's rewards, newest first.
#[utoipa::path(
    operation_id = "list_rewards",
    get, path = "/v1/merchants/{merchant_id}/rewards", tag = "rewards",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = RewardPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    PageInMode { mode, page: Page { limit, after: from } }: PageInMode<String>,
) -> Result<Json<RewardPage>, Problem> {
    let scope = scope(&app, &merchant, mode).await?;
    let (rewards, next) = app.store().rewards(scope.tenant(), after(from)?, limit).await?;
    let counts = app.store().reward_counts(&scope, None, &rewards).await?;
    let count = |reward: &Reward| counts.get(&reward.id).copied().unwrap_or_default();
    Ok(Json(RewardPage {
        rewards: rewards.iter().map(|reward| RewardAnswer::of(reward, count(reward))).collect(),
        next_cursor: next_cursor(next)?,
    }))
}

/// A reward.
#[utoipa::path(
    operation_id = "show_reward",
    get, path = "/v1/merchants/{merchant_id}/rewards/{reward_id}", tag = "rewards",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("reward_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    responses((status = 200, description = "It.", body = RewardAnswer), OperatorRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, reward)): Segments<(String, String)>,
    InMode(mode): InMode,
) -> Result<Json<RewardAnswer>, Problem> {
    let (scope, id) = (scope(&app, &merchant, mode).await?, identifiers::reward(&reward)?);
    let reward = app.store().reward(scope.tenant(), id).await?;
    Ok(Json(RewardAnswer::with_counts(&app, &scope, &reward).await?))
}

/// Write a reward anew, whole. It is given so at every till within a minute; what was redeemed stands.
#[utoipa::path(
    operation_id = "put_reward",
    put, path = "/v1/merchants/{merchant_id}/rewards/{reward_id}", tag = "rewards",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("reward_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    request_body = PutReward,
    responses(
        (status = 200, description = "Written.", body = RewardAnswer),
        (status = 409, description = "The merchant's contract has ended.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, reward)): Segments<(String, String)>,
    InMode(mode): InMode,
    JsonBody(put): JsonBody<PutReward>,
) -> Result<Json<RewardAnswer>, Problem> {
    let scope = scope_in_force(&app, &merchant, mode).await?;
    let reward = put.read(&app, &scope, identifiers::reward(&reward)?).await?;
    app.store().rewrite_reward(scope.tenant(), &reward).await?;
    Ok(Json(RewardAnswer::with_counts(&app, &scope, &reward).await?))
}
