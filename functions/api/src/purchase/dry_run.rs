//! A dry run of a sale: what it would earn, written nowhere.

use super::refusal;
use super::request::{Buyer, NewLine, read_lines};
use super::response::Part;
use crate::App;
use crate::coupon::check::CouponRefusal;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::purchase::till_clock::done_at;
use axum::Json;
use axum::extract::State;
use domain::language::french::ticket;
use domain::ledger::Balance;
use domain::purchase::{MOST_COUPONS, optician};
use domain::{Cents, CouponCode, Points, PurchaseError, Sector, programme};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::{Deserialize, Serialize};
use store::{Customer, DryRunCoupon};
use utoipa::ToSchema;

/// A basket that is not paid yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Basket {
    /// When it would be sold, with the offset; now, by default. At most 7 days ago and 10 minutes
    /// ahead.
    #[schema(format = DateTime, examples("2026-11-24T10:15:00+01:00"))]
    sold_at: Option<String>,
    /// Absent where the customer is not known: what a card would earn.
    member: Option<Buyer>,
    /// What is to be paid before coupons: the till's word.
    #[schema(minimum = 0, maximum = 100_000_000, examples(4490))]
    total_cents: i64,
    /// At most 200. Without them, rules for particular goods give nothing.
    #[serde(default)]
    #[schema(max_items = 200)]
    lines: Vec<NewLine>,
    /// Codes of coupons to try, at most 5.
    #[serde(default)]
    #[schema(max_items = 5, examples(json!(["7KHP-M3CD-RTWX"])))]
    coupons: Vec<String>,
}

/// What a coupon would take off, or why it would not.
#[derive(Serialize, ToSchema)]
pub(crate) struct TriedCoupon {
    /// As it is printed.
    code: String,
    /// What the till may take off for it, and sends as `discount_cents` with the sale.
    #[serde(skip_serializing_if = "Option::is_none")]
    discount_cents: Option<i64>,
    /// What the merchant calls the offer; absent for a code that there is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<CouponRefusal>,
}

impl TriedCoupon {
    fn of(tried: &DryRunCoupon) -> Self {
        Self {
            code: tried.code.to_string(),
            discount_cents: tried.gives.ok().map(Cents::get),
            offer: tried.offer.clone(),
            refusal: tried.gives.err().map(CouponRefusal::of),
        }
    }
}

/// What a basket would earn.
#[derive(Serialize, ToSchema)]
pub(crate) struct WouldEarn {
    /// What is left to pay after the coupons.
    to_pay_cents: i64,
    /// Of each code, in the order it was sent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupons: Vec<TriedCoupon>,
    points: i64,
    /// Why, part by part.
    earned: Vec<Part>,
    /// Absent where nobody was named, or where the sale would make a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<String>,
    /// What can be spent now; absent where nobody was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// What could be spent after the sale; absent where nobody was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<i64>,
    /// What would wait after the sale for the time of returns to pass; absent where nothing would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_after: Option<i64>,
    /// Lines for the ticket, in French, of at most 40 characters; none where nobody was named.
    ticket: Vec<String>,
    /// Whether the sale would make its customer a member.
    would_enrol: bool,
}

impl Basket {
    fn read_codes(&self, fields: &mut Fields) -> Option<Vec<CouponCode>> {
        if self.coupons.len() > MOST_COUPONS {
            return fields.check("/coupons", Err(PurchaseError::TooManyCoupons));
        }
        let numbered = self.coupons.iter().enumerate();
        let read: Vec<_> = numbered
            .map(|(index, code)| {
                fields.check(&format!("/coupons/{index}"), CouponCode::parse(code))
            })
            .collect();
        read.into_iter().collect()
    }
}

/// Ask what a basket would earn, and what its coupons would take off. Nothing is written.
#[utoipa::path(
    operation_id = "dry_run_purchase",
    post, path = "/v1/purchases/dry-run", tag = "purchases", security(("till_key" = [])),
    request_body = Basket,
    responses(
        (status = 200, description = "What a sale of it would earn now.", body = WouldEarn),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn ask(
    State(app): State<App>,
    till: Till,
    JsonBody(basket): JsonBody<Basket>,
) -> Result<Json<WouldEarn>, Problem> {
    let now = app.now();
    let mut fields = Fields::default();
    let at = match basket.sold_at.as_deref() {
        Some(text) => fields.check("/sold_at", done_at(text, now)),
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
    let lines = match till.scope.settings.merchant.sector {
        Sector::Optical => optician::cut_down(&lines),
        Sector::Retail => lines,
    };
    let basket = programme::Basket { total, lines: &lines };
    let place = (&till.establishment.id, at);
    let dry_run =
        app.store().dry_run_purchase(&till.scope, &customer, place, basket, &codes, now).await;
    let dry_run = dry_run.map_err(|error| app.missed(&till, refusal(error)))?;
    let (points, of) = (dry_run.earning.total(), dry_run.customer);
    let unit = till.scope.settings.programmes.unit();
    let member = of.and_then(|of| of.member);
    let pending = of.map(|of| of.after.pending).filter(|pending| *pending > Points::ZERO);
    // As the sale will print it: a document's answer does not tell what ends soonest.
    let after = of.map(|of| Balance { expiring: None, ..of.after });
    let taken_off = dry_run.coupons.iter().filter_map(|tried| tried.gives.ok());
    Ok(Json(WouldEarn {
        to_pay_cents: (total - taken_off.sum()).get(),
        coupons: dry_run.coupons.iter().map(TriedCoupon::of).collect(),
        points: points.get(),
        earned: dry_run.earning.parts.iter().map(Part::of).collect(),
        member_id: member.map(|id| id.to_string()),
        balance: of.map(|of| of.before.available.get()),
        balance_after: of.map(|of| of.after.available.get()),
        pending_after: pending.map(Points::get),
        ticket: after.map_or_else(Vec::new, |balance| ticket::lines(unit, Some(points), &balance)),
        would_enrol: of.is_some() && member.is_none(),
    }))
}
