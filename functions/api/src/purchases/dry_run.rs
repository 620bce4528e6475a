//! A dry run of a sale: what it would earn, written nowhere.

use super::{Buyer, refusal, sold_at};
use crate::App;
use crate::openapi::{BodyRefusals, TillRefusals};
use axum::Json;
use axum::extract::State;
use domain::{Cents, Day};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::{Deserialize, Serialize};
use store::Customer;
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
    /// What is to be paid: the till's word.
    #[schema(minimum = 0, maximum = 100_000_000, examples(4490))]
    total_cents: i64,
}

/// What a basket would earn.
#[derive(Serialize, ToSchema)]
pub(crate) struct WouldEarn {
    points: i64,
    /// Absent where nobody was named, or where the sale would make a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<String>,
    /// The balance as it is; absent where nobody was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// What it would be after the sale; absent where nobody was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance_after: Option<i64>,
    /// Whether the sale would make its customer a member.
    would_enrol: bool,
}

/// Ask what a basket would earn. Nothing is written.
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
        Some(text) => fields.check("/sold_at", sold_at(text, now)),
        None => Some(now),
    };
    let customer = match &basket.member {
        Some(buyer) => buyer.read(&mut fields),
        None => Some(Customer::Nobody),
    };
    let total = fields.check("/total_cents", Cents::of_document(basket.total_cents));
    let (Some(at), Some(customer), Some(total), true) =
        (at, customer, total, fields.all_accepted())
    else {
        return Err(fields.refuse());
    };
    let day = Day::at(at, &till.establishment.time_zone);
    let reckoned = app.store().reckon(&till.scope, &customer, day, total).await;
    let reckoned = reckoned.map_err(refusal)?;
    let of = reckoned.customer;
    let member = of.and_then(|of| of.member);
    Ok(Json(WouldEarn {
        points: reckoned.points.get(),
        member_id: member.map(|id| id.to_string()),
        balance: of.map(|of| of.balance.get()),
        balance_after: of.map(|of| of.balance_after.get()),
        would_enrol: of.is_some() && member.is_none(),
    }))
}
