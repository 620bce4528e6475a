//! Redemptions: points spent on a reward or off a bill; fulfilled, or cancelled.

use crate::member::history::LotTaken;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, codes, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::language::french::ticket;
use domain::programme::Unit;
use domain::reward::redemption::{self, Spent};
use domain::reward::{self};
use domain::{Day, DomainError, Instant, LedgerError, RewardError, RewardId};
use http_edge::idempotency::{Replayed, told};
use http_edge::{Fields, KeyedBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::{Entity, NewRedemption, Redeemed, Source, StoreError, Wanted};
use utoipa::ToSchema;

/// How far a redemption is.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RedemptionState {
    /// The points are spent; the goods are not handed out yet.
    Requested,
    /// Everything was given.
    Fulfilled,
    /// The points went back the way they came.
    Cancelled,
}

impl RedemptionState {
    pub(crate) const fn of(state: redemption::State) -> Self {
        match state {
            redemption::State::Requested => Self::Requested,
            redemption::State::Fulfilled => Self::Fulfilled,
            redemption::State::Cancelled => Self::Cancelled,
        }
    }
}

/// Exactly one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewRedemption)]
pub(crate) struct CreateRedemption {
    /// A reward of the catalogue.
    reward_id: Option<String>,
    /// So many points off a bill; cents in a programme of cents.
    #[schema(minimum = 1, maximum = 1_000_000, examples(500))]
    points: Option<i64>,
}

/// A redemption, and the balance.
#[derive(Serialize, ToSchema)]
#[schema(as = Redemption)]
pub(crate) struct RedemptionAnswer {
    redemption_id: String,
    member_id: String,
    state: RedemptionState,
    /// What it cost.
    points: i64,
    /// The points it took, by the day they were earned.
    lots: Vec<LotTaken>,
    /// The reward; absent for points off a bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward_id: Option<String>,
    /// The coupon that was given, as it is shown. It is used with a purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("7KHP-M3CD-RTWX"))]
    coupon_code: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    requested_at: Instant,
    /// When its state became what it is.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Instant,
    /// What can be spent after the request, or now where it is shown, fulfilled or cancelled.
    balance: i64,
    /// What waits for the time of returns to pass, likewise.
    pending: i64,
    /// Lines for the ticket, in French, of at most 40 characters.
    ticket: Vec<String>,
}

impl CreateRedemption {
    fn read(&self) -> Result<Wanted, Problem> {
        let mut fields = Fields::default();
        let wanted = match (self.reward_id.as_deref(), self.points) {
            (Some(id), None) => fields.check("/reward_id", RewardId::parse(id)).map(Wanted::Reward),
            (None, Some(points)) => {
                let points = reward::price(points);
                fields.check("/points", points).map(Wanted::Bill)
            }
            _ => {
                fields.note("", codes::ONE_OF, "must hold exactly one of reward_id and points");
                None
            }
        };
        wanted.ok_or_else(|| fields.refuse())
    }
}

impl RedemptionAnswer {
    /// With lines for the ticket that tell of the points taken, or given back.
    fn of(redeemed: &Redeemed, unit: Unit) -> Self {
        let Redeemed { member, redemption, balance } = redeemed;
        let taken = match redemption.state {
            redemption::State::Cancelled => None,
            redemption::State::Requested | redemption::State::Fulfilled => Some(redemption.points),
        };
        Self {
            redemption_id: redemption.id.to_string(),
            member_id: member.to_string(),
            state: RedemptionState::of(redemption.state),
            points: redemption.points.get(),
            lots: LotTaken::all(&redemption.lots),
            reward_id: redemption.reward().map(|reward| reward.to_string()),
            coupon_code: match &redemption.spent {
                Spent::Coupon(_, code) => Some(code.to_string()),
                Spent::Goods(_) | Spent::Bill => None,
            },
            requested_at: redemption.requested_at,
            changed_at: redemption.changed_at,
            balance: balance.available.get(),
            pending: balance.pending.get(),
            ticket: ticket::redeemed(unit, taken, balance),
        }
    }
}

/// Names the field that stands against a redemption.
fn refusal(error: StoreError, wanted: Wanted) -> Problem {
    let pointer = match wanted {
        Wanted::Reward(_) => "/reward_id",
        Wanted::Bill(_) => "/points",
    };
    match &error {
        StoreError::Refused(
            DomainError::Ledger(LedgerError::NotEnoughPoints)
            | DomainError::Reward(RewardError::Refused(_)),
        )
        | StoreError::NotFound(Entity::Reward) => Problem::from(error).at(pointer),
        _ => error.into(),
    }
}

/// Spend a member's points on a reward, or off a bill. Those that end soonest are taken first. Goods wait
/// to be handed out (`fulfil`); a coupon, and points off a bill, are given at once. Of two tills that
/// spend the last points, or want the last of a stock, exactly one does. The same request again within
/// 24 hours spends nothing and is answered as the first time, with the state as it is then.
#[utoipa::path(
    operation_id = "create_redemption",
    post, path = "/v1/members/{member_id}/redemptions", tag = "rewards", security(("till_key" = [])),
    params(
        ("member_id" = String, Path),
        ("Idempotency-Key" = String, Header, min_length = 1, max_length = 255,
         description = "Visible ASCII characters; one key a redemption, a UUID for example."),
    ),
    request_body = CreateRedemption,
    responses(
        (status = 201, description = "Requested, now or before.", body = RedemptionAnswer,
         headers(("idempotency-replayed" = String, description = "`true` where it was requested before."))),
        (status = 409, description = "Too few points (`not_enough_points`), none left \
         (`reward_out_of_stock`), the member had it often enough (`reward_member_limit`), or the key came \
         with another request (`idempotency_key_reused`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    Segments(member): Segments<String>,
    body: KeyedBody<CreateRedemption>,
) -> Result<(StatusCode, Replayed, Json<RedemptionAnswer>), Problem> {
    let (key, create) = body.required()?;
    let (member, now) = (identifiers::member(&member)?, app.now());
    let (wanted, today) = (create.read()?, Day::at(now, &till.establishment.time_zone));
    let new = NewRedemption { member, wanted, today, by: Source::Till(till.key) };
    let answered = app.store().redeem(&till.scope, &new, &key, now).await;
    let (redeemed, replayed) = told(answered.map_err(|error| refusal(error, wanted))?);
    let unit = till.scope.settings.programmes.unit();
    Ok((StatusCode::CREATED, replayed, Json(RedemptionAnswer::of(&redeemed, unit))))
}

/// A redemption of a member, or of one merged into it.
#[utoipa::path(
    operation_id = "show_redemption",
    get, path = "/v1/members/{member_id}/redemptions/{redemption_id}", tag = "rewards",
    security(("till_key" = [])),
    params(("member_id" = String, Path), ("redemption_id" = String, Path)),
    responses((status = 200, description = "It.", body = RedemptionAnswer), TillRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments((member, redemption)): Segments<(String, String)>,
) -> Result<Json<RedemptionAnswer>, Problem> {
    let (member, id) = (identifiers::member(&member)?, identifiers::redemption(&redemption)?);
    let today = Day::at(app.now(), &till.establishment.time_zone);
    let redeemed = app.store().redemption(&till.scope, member, id, today).await?;
    Ok(Json(RedemptionAnswer::of(&redeemed, till.scope.settings.programmes.unit())))
}

/// Note that the goods of a redemption were handed out. Again changes nothing.
#[utoipa::path(
    operation_id = "fulfil_redemption",
    post, path = "/v1/members/{member_id}/redemptions/{redemption_id}/fulfil", tag = "rewards",
    security(("till_key" = [])),
    params(("member_id" = String, Path), ("redemption_id" = String, Path)),
    responses(
        (status = 200, description = "It, fulfilled.", body = RedemptionAnswer),
        (status = 409, description = "It was cancelled (`redemption_cancelled`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn fulfil(
    State(app): State<App>,
    till: Till,
    Segments((member, redemption)): Segments<(String, String)>,
) -> Result<Json<RedemptionAnswer>, Problem> {
    let (member, id) = (identifiers::member(&member)?, identifiers::redemption(&redemption)?);
    let (now, scope) = (app.now(), &till.scope);
    let today = Day::at(now, &till.establishment.time_zone);
    let redeemed = app.store().fulfil_redemption(scope, member, id, today, now).await?;
    Ok(Json(RedemptionAnswer::of(&redeemed, scope.settings.programmes.unit())))
}

/// Cancel a redemption: its points go back to the days they were earned on, and a coupon that it gave
/// gives nothing any more. Not once the goods were handed out, or the coupon was used. Again changes
/// nothing.
#[utoipa::path(
    operation_id = "cancel_redemption",
    post, path = "/v1/members/{member_id}/redemptions/{redemption_id}/cancel", tag = "rewards",
    security(("till_key" = [])),
    params(("member_id" = String, Path), ("redemption_id" = String, Path)),
    responses(
        (status = 200, description = "It, cancelled.", body = RedemptionAnswer),
        (status = 409, description = "Its goods were handed out (`redemption_fulfilled`), or its coupon \
         was used (`redemption_coupon_used`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    till: Till,
    Segments((member, redemption)): Segments<(String, String)>,
) -> Result<Json<RedemptionAnswer>, Problem> {
    let (member, id) = (identifiers::member(&member)?, identifiers::redemption(&redemption)?);
    let (now, scope) = (app.now(), &till.scope);
    let today = Day::at(now, &till.establishment.time_zone);
    let redeemed = app.store().cancel_redemption(scope, member, id, today, now).await?;
    Ok(Json(RedemptionAnswer::of(&redeemed, scope.settings.programmes.unit())))
}
