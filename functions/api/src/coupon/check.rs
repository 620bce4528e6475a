//! The discount of a coupon on a basket that is not paid yet. Nothing is written.

use crate::context::App;
use crate::member::customer::{MemberNamed, Named};
use crate::purchase::request::{NewLine, read_lines};
use crate::schema::{Amount, CouponCodeText};
use axum::Json;
use axum::extract::State;
use domain::coupon::{self, Basket, Refusal, User};
use domain::{Cents, CouponCode, Language};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::{Deserialize, Serialize};
use store::StoredCoupon;
use utoipa::ToSchema;

/// A coupon and a basket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckCoupon {
    /// The code as it was typed or scanned.
    #[schema(value_type = CouponCodeText)]
    code: String,
    /// The amount of the basket before coupons, as the till computes it: the same as in the dry run.
    #[schema(value_type = Amount)]
    total_cents: i64,
    /// The lines of the basket. Only a coupon of an article needs them.
    #[serde(default)]
    #[schema(max_items = 5000)]
    lines: Vec<NewLine>,
    /// The customer. Absent where the customer is not known.
    member: Option<MemberNamed>,
}

/// The refusal of a coupon.
#[derive(Serialize, ToSchema)]
pub(crate) struct CouponRefusal {
    /// A stable code, for programs and for translation.
    #[schema(value_type = String, examples("coupon_expired"))]
    code: &'static str,
    /// The reason, for the till's developers.
    #[schema(examples("The coupon has expired: see the last day of its offer."))]
    detail: String,
    /// The reason in French, for the cashier.
    #[schema(value_type = String, examples("Ce bon est expiré."))]
    cashier_message: &'static str,
}

/// The discount of a coupon on a basket, or the reason why the coupon gives nothing.
#[derive(Serialize, ToSchema)]
pub(crate) struct CouponChecked {
    /// The code as it is printed.
    code: String,
    /// Whether the coupon gives a discount on this basket now.
    valid: bool,
    /// The most that the till may take off for the coupon, and sends as `discount_cents` with the sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_cents: Option<i64>,
    /// The merchant's name for the offer. Absent for a code that does not exist.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<String>,
    /// The reason why the coupon gives nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<CouponRefusal>,
}

impl CouponRefusal {
    pub(crate) fn of(refusal: Refusal) -> Self {
        Self {
            code: refusal.code(),
            detail: format!("The coupon {refusal}."),
            cashier_message: Language::French.sentence(refusal.code()),
        }
    }
}

impl CouponChecked {
    pub(crate) fn of(
        code: &CouponCode,
        offer: Option<String>,
        discount: Result<Cents, Refusal>,
    ) -> Self {
        Self {
            code: code.to_string(),
            valid: discount.is_ok(),
            discount_cents: discount.ok().map(Cents::get),
            offer,
            refusal: discount.err().map(CouponRefusal::of),
        }
    }
}

/// The customer, if the coupon depends on the customer: up to 4 round trips, else none.
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
    let member = match named {
        Named::Member(id) => id,
        Named::Contact(contact) => {
            let found = app.store().find_member(&till.scope, &contact).await?;
            let found = found.ok_or_else(|| Problem::not_found("member").at("/member"));
            app.count_misses(till, found).await?
        }
    };
    // An absorbed member counts as the member who absorbed it.
    let member = app.store().member(&till.scope, member).await;
    let stored = member.map_err(|error| Problem::from(error).at("/member"))?;
    let member = stored.person.id;
    app.store().follow_holder(&till.scope, coupon, member).await?;
    let uses = match limit_member {
        Some(_) => {
            let members = [&[member], &*stored.person.absorbed].concat();
            app.store().uses_of(&till.scope, &members, coupon.offer.id).await?
        }
        None => 0,
    };
    Ok(Some(User { member, uses }))
}

/// Check the discount of a coupon on a basket, here and now.
///
/// Nothing is written: the purchase redeems the coupon.
#[utoipa::path(
    operation_id = "check_coupon",
    post, path = "/v1/coupons/check", tag = "purchases",
    request_body = CheckCoupon,
    responses(
        (status = 200, description = "The discount of the coupon, or the reason why it gives nothing.",
         body = CouponChecked),
        (status = 404, description = "No member has the identifier, mobile or card number."),
    ),
)]
pub(crate) async fn check(
    State(app): State<App>,
    till: Till,
    JsonBody(request): JsonBody<CheckCoupon>,
) -> Result<Json<CouponChecked>, Problem> {
    let now = app.now();
    let mut fields = Fields::default();
    let code = fields.check("/code", CouponCode::parse(&request.code));
    let gross = fields.check("/total_cents", Cents::of_document(request.total_cents));
    let lines = read_lines(&request.lines, &mut fields);
    let named = match &request.member {
        Some(member) => member.read_at(&mut fields, "/member").map(Some),
        None => Some(None),
    };
    let (Some(code), Some(gross), Some(lines), Some(named)) = (code, gross, lines, named) else {
        return Err(fields.refuse());
    };
    let Some(mut coupon) = app.store().coupon(&till.scope, &code, now).await? else {
        app.count_miss(&till).await;
        return Ok(Json(CouponChecked::of(&code, None, Err(Refusal::Unknown))));
    };
    let basket = Basket {
        gross,
        lines: &lines,
        user: user(&app, &till, &mut coupon, named).await?,
        day: till.day(now),
        establishment: &till.establishment.id,
    };
    let discount = coupon::redeem(&coupon.offer, &coupon.state, &basket);
    let offer = Some(coupon.offer.terms().name.clone());
    Ok(Json(CouponChecked::of(&code, offer, discount)))
}
