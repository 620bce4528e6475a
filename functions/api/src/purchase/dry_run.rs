//! A dry run of a sale: the points that it would earn. Nothing is written.

use crate::context::App;
use crate::coupon::check::CouponChecked;
use crate::purchase::refusal::refusal;
use crate::purchase::request::{Buyer, NewLine, read_lines};
use crate::purchase::response::Part;
use crate::purchase::till_clock::tried_at;
use crate::schema::{Amount, CouponCodeText, DateTime, Identifier};
use axum::Json;
use axum::extract::State;
use domain::coupon::Refusal;
use domain::language::french::ticket;
use domain::ledger::Balance;
use domain::purchase::{MOST_COUPONS, optician};
use domain::{Cents, CouponCode, MemberId, Points, PurchaseError, Sector, programme};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::{Deserialize, Serialize};
use store::{Customer, DryRunCoupon, DryRunSale};
use utoipa::ToSchema;

/// A basket that is not paid yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Basket {
    /// The instant of the sale; now by default. At most 7 days ago and 366 days ahead, to try a programme that has
    /// not begun. The balance in the answer is the one of now.
    #[schema(value_type = Option<DateTime>)]
    sold_at: Option<String>,
    /// The customer. Absent where the customer is not known: the answer is then what a card would earn.
    member: Option<Buyer>,
    /// The amount of the basket before coupons, as the till computes it.
    #[schema(value_type = Amount)]
    total_cents: i64,
    /// The lines of the basket. Without them, rules for particular goods give nothing.
    #[serde(default)]
    #[schema(max_items = 5000)]
    lines: Vec<NewLine>,
    /// The coupons to try.
    #[serde(default)]
    #[schema(max_items = 5)]
    coupons: Vec<CouponToTry>,
}

/// A coupon to try on a basket.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CouponToTry {
    /// The code as it was typed or scanned.
    #[schema(value_type = CouponCodeText)]
    code: String,
}

/// The points that a sale of the basket would earn. Without `member` in the request, the fields of a
/// balance are absent.
#[derive(Serialize, ToSchema)]
pub(crate) struct WouldEarn {
    /// The amount to pay after the coupons: `total_cents` of the sale.
    to_pay_cents: i64,
    /// The coupons, in the order of the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupons: Vec<CouponChecked>,
    points: i64,
    /// The parts of `points`, each with its rule.
    earned: Vec<Part>,
    /// The member. Absent also where the sale would create the member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    member_id: Option<MemberId>,
    /// The points that the member can spend now.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// The points that the member could spend after the sale, with the gifts for an enrolment and an activation of
    /// the card by the sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<i64>,
    /// The points that the member could not spend before the time for returns has passed. Absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_after: Option<i64>,
    /// The lines for the ticket, in French, of at most 40 characters each. Empty without a member.
    ticket: Vec<String>,
    /// Whether the sale would make the customer a member.
    would_enrol: bool,
}

impl Basket {
    fn read_codes(&self, fields: &mut Fields) -> Option<Vec<CouponCode>> {
        if self.coupons.len() > MOST_COUPONS {
            return fields.check("/coupons", Err(PurchaseError::TooManyCoupons));
        }
        let numbered = self.coupons.iter().enumerate();
        let read: Vec<_> = numbered
            .map(|(index, coupon)| {
                fields.check(&format!("/coupons/{index}/code"), CouponCode::parse(&coupon.code))
            })
            .collect();
        read.into_iter().collect()
    }
}

fn checked(tried: &DryRunCoupon) -> CouponChecked {
    CouponChecked::of(&tried.code, tried.offer.clone(), tried.gives)
}

/// Compute the points that a basket would earn, and the discounts of its coupons.
///
/// Nothing is written.
#[utoipa::path(
    operation_id = "dry_run_purchase",
    post, path = "/v1/purchases/dry-run", tag = "purchases",
    request_body = Basket,
    responses(
        (status = 200, description = "The points that a sale of the basket would earn now.", body = WouldEarn),
        (
            status = 404,
            description = "No member has the identifier or card number, or the mobile where `card_requested` is absent."
        ),
        (status = 409, description = "The card was blocked as lost (`card_blocked`)."),
    ),
)]
pub(crate) async fn run(
    State(app): State<App>,
    till: Till,
    JsonBody(basket): JsonBody<Basket>,
) -> Result<Json<WouldEarn>, Problem> {
    let now = app.now();
    let mut fields = Fields::default();
    let at = match basket.sold_at.as_deref() {
        Some(text) => fields.check("/sold_at", tried_at(text, now)),
        None => Some(now),
    };
    let customer = match &basket.member {
        Some(buyer) => buyer.read(&mut fields),
        None => Some(Customer::Anonymous),
    };
    let total = fields.check("/total_cents", Cents::of_document(basket.total_cents));
    let lines = read_lines(&basket.lines, &mut fields);
    let codes = basket.read_codes(&mut fields);
    let (Some(at), Some(customer), Some(total), Some(lines), Some(codes), true) =
        (at, customer, total, lines, codes, fields.all_accepted())
    else {
        return Err(fields.refuse());
    };
    let card_activated = basket.member.as_ref().is_some_and(Buyer::activates_card);
    let lines = match till.scope.settings.merchant.sector {
        Sector::Optical => optician::cut_down(&lines),
        Sector::Retail => lines,
    };
    let basket = programme::Basket { total, lines: &lines };
    let sale = DryRunSale {
        customer: &customer,
        establishment: &till.establishment.id,
        sold_at: at,
        card_activated,
        basket,
        codes: &codes,
    };
    let dry_run = app.store().dry_run_purchase(&till.scope, &sale, now).await;
    let dry_run = app.count_misses(&till, dry_run.map_err(refusal)).await?;
    let would_enrol = dry_run.customer.is_some_and(|customer| customer.member.is_none());
    let is_unknown = dry_run.coupons.iter().any(|tried| tried.gives == Err(Refusal::Unknown));
    if would_enrol || is_unknown {
        app.count_miss(&till).await;
    }
    let (points, customer) = (dry_run.earning.total(), dry_run.customer);
    let member = customer.and_then(|customer| customer.member);
    let pending = customer.map(|customer| customer.after.pending);
    // The ticket of the sale does not print what expires soonest: this one does not either.
    let printed = customer.map(|customer| Balance { expiring: None, ..customer.after });
    let lines = |balance| ticket::lines(till.unit(), Some(points), &balance);
    let discounts = dry_run.coupons.iter().filter_map(|tried| tried.gives.ok());
    Ok(Json(WouldEarn {
        to_pay_cents: (total - discounts.sum()).get(),
        coupons: dry_run.coupons.iter().map(checked).collect(),
        points: points.get(),
        earned: dry_run.earning.parts.iter().map(Part::of).collect(),
        member_id: member,
        balance: customer.map(|customer| customer.before.available.get()),
        balance_after: customer.map(|customer| customer.after.available.get()),
        pending_after: pending.filter(|pending| *pending > Points::ZERO).map(Points::get),
        ticket: printed.map_or_else(Vec::new, lines),
        would_enrol: customer.is_some() && member.is_none(),
    }))
}
