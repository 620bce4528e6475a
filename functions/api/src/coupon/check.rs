//! What a coupon would give on a basket that is not paid yet. Written nowhere.

use crate::App;
use crate::member::customer::{MemberNamed, Named};
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::purchase::request::{NewLine, read_lines};
use axum::Json;
use axum::extract::State;
use domain::coupon::{self, Basket, Refusal, User};
use domain::{Cents, CouponCode, Day, Language};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::{Deserialize, Serialize};
use store::StoredCoupon;
use utoipa::ToSchema;

/// A coupon and a basket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckCoupon {
    /// As it is typed or read: case, spaces and hyphens do not count.
    #[schema(examples("7KHP-M3CD-RTWX", "bienvenue10"))]
    code: String,
    /// What the basket comes to before all discounts.
    #[schema(minimum = 0, maximum = 100_000_000, examples(4490))]
    gross_cents: i64,
    /// At most 200; needed by a coupon of an article only.
    #[serde(default)]
    #[schema(max_items = 200)]
    lines: Vec<NewLine>,
    /// Absent where the customer is not known.
    member: Option<MemberNamed>,
}

/// Why a coupon gives nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct CouponRefusal {
    /// Stable, for programs and for translation.
    #[schema(value_type = String, examples("coupon_expired"))]
    code: &'static str,
    /// For the till's developers.
    #[schema(examples("The coupon has expired: see the last day of its offer."))]
    detail: String,
    /// In French, for who stands at the till.
    #[schema(value_type = String, examples("Ce bon est expiré."))]
    message: &'static str,
}

/// What a coupon would give.
#[derive(Serialize, ToSchema)]
pub(crate) struct CouponChecked {
    /// The code as it is printed.
    code: String,
    /// Whether it gives something on this basket now.
    valid: bool,
    /// The most that the till may take off for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_cents: Option<i64>,
    /// What the merchant calls the offer; absent for a code that there is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<CouponRefusal>,
}

impl CouponRefusal {
    pub(crate) fn of(refusal: Refusal) -> Self {
        Self {
            code: refusal.code(),
            detail: format!("The coupon {refusal}."),
            message: Language::French.sentence(refusal.code()),
        }
    }
}

impl CouponChecked {
    fn of(code: &CouponCode, offer: Option<String>, gives: Result<Cents, Refusal>) -> Self {
        Self {
            code: code.to_string(),
            valid: gives.is_ok(),
            discount_cents: gives.ok().map(Cents::get),
            offer,
            refusal: gives.err().map(CouponRefusal::of),
        }
    }
}

/// The customer, where the coupon depends on who it is: up to 4 round trips, else none.
async fn user(
    app: &App,
    till: &Till,
    coupon: &mut StoredCoupon,
    named: Option<Named>,
) -> Result<Option<User>, Problem> {
    let limit_member = coupon.offer.terms().usage.limit_member();
    let Some(named) = named else { return Ok(None) };
    if coupon.state.bound_to.is_none() && limit_member.is_none() {
        return Ok(None);
    }
    let not_found = || app.missed(till, Problem::not_found("member").at("/member"));
    let member = match named {
        Named::Member(id) => id,
        Named::Contact(contact) => {
            let found = app.store().find_member(&till.scope, &contact).await?;
            found.ok_or_else(not_found)?
        }
    };
    // Whoever was merged into another is the other.
    let member = app.store().member(&till.scope, member).await;
    let member = member.map_err(|error| Problem::from(error).at("/member"))?.person.id;
    app.store().follow_holder(&till.scope, coupon, member).await?;
    let uses = match limit_member {
        Some(_) => app.store().member_uses(&till.scope, member, coupon.offer.id).await?,
        None => 0,
    };
    Ok(Some(User { member, uses }))
}

/// Ask what a coupon gives on a basket, here and now. Nothing is written: the purchase redeems it.
#[utoipa::path(
    operation_id = "check_coupon",
    post, path = "/v1/coupons/check", tag = "purchases", security(("till_key" = [])),
    request_body = CheckCoupon,
    responses(
        (status = 200, description = "What it gives, or why it gives nothing.", body = CouponChecked),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn check(
    State(app): State<App>,
    till: Till,
    JsonBody(asked): JsonBody<CheckCoupon>,
) -> Result<Json<CouponChecked>, Problem> {
    let now = app.now();
    let mut fields = Fields::default();
    let code = fields.check("/code", CouponCode::parse(&asked.code));
    let gross = fields.check("/gross_cents", Cents::of_document(asked.gross_cents));
    let lines = read_lines(&asked.lines, &mut fields);
    let named = match &asked.member {
        Some(member) => member.read_at(&mut fields, "/member").map(Some),
        None => Some(None),
    };
    let (Some(code), Some(gross), Some(lines), Some(named)) = (code, gross, lines, named) else {
        return Err(fields.refuse());
    };
    let Some(mut coupon) = app.store().coupon(&till.scope, &code, now).await? else {
        return Ok(Json(CouponChecked::of(&code, None, Err(Refusal::Unknown))));
    };
    let basket = Basket {
        gross,
        lines: &lines,
        user: user(&app, &till, &mut coupon, named).await?,
        day: Day::at(now, &till.establishment.time_zone),
        establishment: &till.establishment.id,
    };
    let gives = coupon::redeem(&coupon.offer, &coupon.state, &basket);
    let offer = Some(coupon.offer.terms().name.clone());
    Ok(Json(CouponChecked::of(&code, offer, gives)))
}
