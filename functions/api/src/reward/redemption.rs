//! Redemptions: points spent on a reward or off a bill; fulfilled, or cancelled.

use crate::context::App;
use crate::ledger::lot::LotTaken;
use crate::ledger::new_balance::NewBalance;
use crate::member::customer::note_not_one;
use crate::parameters::{MemberPath, RedemptionPath, RequiredKey};
use crate::reward::redemption_state::RedemptionState;
use crate::schema::{DateTime, Form, Identifier, PositiveAmount, PriceInPoints, one_of, reference};
use crate::second::Second;
use axum::Json;
use axum::extract::State;
use domain::language::french::ticket;
use domain::programme::Unit;
use domain::reward::{self, bill, redemption::Spent, redemption::State as DomainState};
use domain::{DomainError, LedgerError, MemberId, RedemptionId, RewardError, RewardId};
use http_edge::{Fields, KeyedAnswer, Problem, RequiredKeyBody, Segments, Till, idempotency};
use serde::{Deserialize, Serialize};
use store::{Entity, NewRedemption, Redeemed, StoreError, Wanted};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A redemption to create.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateRedemption {
    reward_id: Option<String>,
    points: Option<i64>,
    bill_cents: Option<i64>,
}

impl PartialSchema for CreateRedemption {
    fn schema() -> RefOr<Schema> {
        one_of(
            "A redemption to create: `reward_id`, a reward of the catalogue; or `points`, the points to take off \
             a bill, with `bill_cents`, the amount of the bill before the points are taken off. A point takes \
             one cent off, and never more points are taken than the bill has cents.",
            [
                Form::new().with("reward_id", reference::<Identifier>()),
                Form::new()
                    .with("points", reference::<PriceInPoints>())
                    .with("bill_cents", reference::<PositiveAmount>()),
            ],
        )
    }
}

impl ToSchema for CreateRedemption {
    fn name() -> std::borrow::Cow<'static, str> {
        "NewRedemption".into()
    }
}

/// A redemption, and the member's balance.
#[derive(Serialize, ToSchema)]
#[schema(as = Redemption)]
pub(crate) struct RedemptionAnswer {
    #[schema(value_type = Identifier)]
    redemption_id: RedemptionId,
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    state: RedemptionState,
    /// The points that were taken: the price of the reward, or the points off the bill.
    points: i64,
    /// The amount that was taken off the bill. Absent for a reward.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_off_cents: Option<i64>,
    /// The lots that the points were taken from.
    lots: Vec<LotTaken>,
    /// The reward. Absent for points off a bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    reward_id: Option<RewardId>,
    /// The coupon that was given, as it is printed. A purchase uses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("7KHP-M3CD-RTWX"))]
    coupon_code: Option<String>,
    #[schema(value_type = DateTime)]
    requested_at: Second,
    /// The instant of the last change of the state.
    #[schema(value_type = DateTime)]
    changed_at: Second,
    #[serde(flatten)]
    balance: NewBalance,
}

impl CreateRedemption {
    fn read(&self) -> Result<Wanted, Problem> {
        let mut fields = Fields::default();
        let wanted = match (self.reward_id.as_deref(), self.points, self.bill_cents) {
            (Some(id), None, None) => {
                fields.check("/reward_id", RewardId::parse(id)).map(Wanted::Reward)
            }
            (None, Some(points), Some(cents)) => {
                let points = fields.check("/points", reward::price(points));
                let bill = fields.check("/bill_cents", bill::bill(cents));
                let wanted = points.zip(bill);
                wanted.map(|(points, bill)| Wanted::Bill(bill::points_off(points, bill)))
            }
            (None, Some(_), None) => {
                let detail = "must be given with points: the amount of the bill";
                fields.note("/bill_cents", http_edge::codes::MISSING, detail);
                None
            }
            (reward_id, points, _) => {
                let is_absent = reward_id.is_none() && points.is_none();
                note_not_one(&mut fields, "", is_absent, "reward_id, and points with bill_cents");
                None
            }
        };
        wanted.ok_or_else(|| fields.refuse())
    }
}

impl RedemptionAnswer {
    /// The redemption with the lines of the ticket, which print the points taken, or none for a cancelled
    /// redemption.
    fn of(redeemed: &Redeemed, unit: Unit) -> Self {
        let Redeemed { member, redemption, balance } = redeemed;
        let taken = match redemption.state {
            DomainState::Cancelled => None,
            DomainState::Requested | DomainState::Fulfilled => Some(redemption.points),
        };
        Self {
            redemption_id: redemption.id,
            member_id: *member,
            state: RedemptionState::of(redemption.state),
            points: redemption.points.get(),
            taken_off_cents: match &redemption.spent {
                Spent::Bill => Some(bill::taken_off(redemption.points).get()),
                Spent::Goods(_) | Spent::Coupon(..) => None,
            },
            lots: LotTaken::all(&redemption.lots),
            reward_id: redemption.reward(),
            coupon_code: match &redemption.spent {
                Spent::Coupon(_, code) => Some(code.to_string()),
                Spent::Goods(_) | Spent::Bill => None,
            },
            requested_at: redemption.requested_at.into(),
            changed_at: redemption.changed_at.into(),
            balance: NewBalance::of(balance, ticket::redeemed(unit, taken, balance)),
        }
    }
}

/// The answer to a refused redemption, with the field that the refusal is about.
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

/// Spend a member's points on a reward, or off a bill.
///
/// Lots that expire soonest are spent first. Goods are handed out afterwards (`fulfil`); a coupon, and
/// points off a bill, are given at once. Of two tills that spend the last points, or want the last of a
/// stock, exactly one succeeds.
#[utoipa::path(
    operation_id = "create_redemption",
    post, path = "/v1/members/{member_id}/redemptions", tag = "rewards",
    params(MemberPath, RequiredKey),
    request_body = CreateRedemption,
    responses(
        (status = 201, description = "The new redemption; or the redemption that an earlier request with the \
         same key created, with its state now.", body = RedemptionAnswer),
        (status = 409, description = "The member has too few points (`not_enough_points`), the stock is empty \
         (`reward_out_of_stock`), the member had the reward often enough (`reward_member_limit`), or the key \
         came with another request (`idempotency_key_reused`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    RequiredKeyBody { key, body: create }: RequiredKeyBody<CreateRedemption>,
) -> Result<KeyedAnswer<RedemptionAnswer>, Problem> {
    let now = app.now();
    let (wanted, today) = (create.read()?, till.day(now));
    let new = NewRedemption { member: path.member_id, wanted, today };
    let answered = app.store().redeem(&till.scope, &new, &key, now).await;
    let (redeemed, is_replay) =
        idempotency::split(answered.map_err(|error| refusal(error, wanted))?);
    Ok(KeyedAnswer::created(RedemptionAnswer::of(&redeemed, till.unit()), is_replay))
}

/// Show a redemption of a member, or of a member merged into this one.
#[utoipa::path(
    operation_id = "show_redemption",
    get, path = "/v1/members/{member_id}/redemptions/{redemption_id}", tag = "rewards",
    params(RedemptionPath),
    responses((status = 200, description = "The redemption and its state.", body = RedemptionAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<RedemptionPath>,
) -> Result<Json<RedemptionAnswer>, Problem> {
    let (scope, today) = (&till.scope, till.day(app.now()));
    let redeemed = app.store().redemption(scope, path.member_id, path.redemption_id, today).await?;
    Ok(Json(RedemptionAnswer::of(&redeemed, till.unit())))
}

/// Record that the goods of a redemption were handed out.
///
/// The same request again changes nothing.
#[utoipa::path(
    operation_id = "fulfil_redemption",
    post, path = "/v1/members/{member_id}/redemptions/{redemption_id}/fulfil", tag = "rewards",
    params(RedemptionPath),
    responses(
        (status = 200, description = "The fulfilled redemption.", body = RedemptionAnswer),
        (status = 409, description = "The redemption was cancelled (`redemption_cancelled`)."),
    ),
)]
pub(crate) async fn fulfil(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<RedemptionPath>,
) -> Result<Json<RedemptionAnswer>, Problem> {
    let (now, scope) = (app.now(), &till.scope);
    let (member, id, today) = (path.member_id, path.redemption_id, till.day(now));
    let redeemed = app.store().fulfil_redemption(scope, member, id, today, now).await?;
    Ok(Json(RedemptionAnswer::of(&redeemed, till.unit())))
}

/// Cancel a redemption.
///
/// Its points return to the lots that they came from, and its coupon gives nothing any more. The same
/// request again changes nothing.
#[utoipa::path(
    operation_id = "cancel_redemption",
    post, path = "/v1/members/{member_id}/redemptions/{redemption_id}/cancel", tag = "rewards",
    params(RedemptionPath),
    responses(
        (status = 200, description = "The cancelled redemption.", body = RedemptionAnswer),
        (status = 409, description = "The goods were handed out (`redemption_fulfilled`), or the coupon was \
         used (`redemption_coupon_used`)."),
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<RedemptionPath>,
) -> Result<Json<RedemptionAnswer>, Problem> {
    let (now, scope) = (app.now(), &till.scope);
    let (member, id, today) = (path.member_id, path.redemption_id, till.day(now));
    let redeemed = app.store().cancel_redemption(scope, member, id, today, now).await?;
    Ok(Json(RedemptionAnswer::of(&redeemed, till.unit())))
}
