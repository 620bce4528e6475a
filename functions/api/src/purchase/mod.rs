//! Purchases: what a till sold or took back, answered with the points and the new balance.

pub(crate) mod dry_run;
pub(crate) mod id;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod till_clock;

use crate::App;
use crate::member::customer::{MemberNamed, Named};
use crate::openapi::{BodyRefusals, TillRefusals};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{CouponError, DomainError, PurchaseError};
use http_edge::idempotency::{Replayed, replayed};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use request::NewPurchase;
use response::{Entered, PurchaseAnswer};
use store::{Contact, Entity, Entry, Outcome, Source, StoreError};

/// Names the field that stands against a purchase.
fn refusal(error: StoreError) -> Problem {
    let pointer = match &error {
        StoreError::Refused(invalid) => match invalid {
            DomainError::Purchase(PurchaseError::ReceiptConflict) => "/receipt_number",
            DomainError::Purchase(PurchaseError::ReturnExceedsSale) => "/total_cents",
            DomainError::Coupon(CouponError::Refused(_)) => "/coupons",
            DomainError::Purchase(PurchaseError::ReturnedSaleUnknown)
            | DomainError::Purchase(PurchaseError::ReturnedSaleNotInForce) => "/returned_sale",
            _ => "/member",
        },
        StoreError::NotFound(_) => "/member",
        _ => return error.into(),
    };
    Problem::from(error).at(pointer)
}

/// Enter a sale or a return. The same again is answered as the first time and changes nothing.
#[utoipa::path(
    operation_id = "create_purchase",
    post, path = "/v1/purchases", tag = "purchases", security(("till_key" = [])),
    request_body = NewPurchase,
    responses(
        (status = 201, description = "Entered, now or before.", body = Entered,
         headers(("idempotency-replayed" = String, description = "`true` where it was entered before."))),
        (status = 409, description = "The receipt is known with another content, or a coupon is used up.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewPurchase>,
) -> Result<(StatusCode, Replayed, Json<Entered>), Problem> {
    let now = app.now();
    let (purchase, customer) = new.read(&till, now)?;
    let entry = Entry { purchase, source: Source::Till(till.key) };
    let recorded = app.store().record_purchase(&till.scope, &customer, &entry, now).await;
    let recorded = recorded.map_err(|error| app.missed(&till, refusal(error)))?;
    let unit = till.scope.settings.programmes.unit();
    let entered = Entered::of(&entry.purchase, &recorded, unit);
    let replayed = replayed(matches!(recorded.outcome, Outcome::Known(_)));
    Ok((StatusCode::CREATED, replayed, Json(entered)))
}

/// A purchase of the till's own establishment.
#[utoipa::path(
    operation_id = "show_purchase",
    get, path = "/v1/purchases/{purchase_id}", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    responses((status = 200, description = "The purchase.", body = PurchaseAnswer), TillRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = id::read(&id, &till)?;
    let stored = app.store().purchase(&till.scope, &receipt).await?;
    Ok(Json(PurchaseAnswer::of(&stored)))
}

/// Cancel a purchase: its points go back the way they came. Again changes nothing.
#[utoipa::path(
    operation_id = "cancel_purchase",
    post, path = "/v1/purchases/{purchase_id}/cancel", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    responses(
        (status = 200, description = "The purchase, cancelled.", body = PurchaseAnswer),
        (status = 409, description = "Goods of this sale came back.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = id::read(&id, &till)?;
    let stored = app.store().cancel_purchase(&till.scope, &receipt, app.now()).await?;
    Ok(Json(PurchaseAnswer::of(&stored)))
}

/// Attach a sale that was nobody's to its customer, who gets its points by the programme of its day.
#[utoipa::path(
    operation_id = "attach_purchase",
    post, path = "/v1/purchases/{purchase_id}/attach", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    request_body = MemberNamed,
    responses(
        (status = 200, description = "The purchase, attached.", body = PurchaseAnswer),
        (status = 409, description = "The receipt is another's, cancelled, or a return.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn attach(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(named): JsonBody<MemberNamed>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = id::read(&id, &till)?;
    let member = member_named(&app, &till, &named).await?;
    let attached = app.store().attach_purchase(&till.scope, &receipt, member, app.now()).await;
    Ok(Json(PurchaseAnswer::of(&attached.map_err(of_member)?)))
}

/// Move a sale that was entered for the wrong customer to the right one, with the points that it gave.
/// Moving it back undoes it; both see it in their history.
#[utoipa::path(
    operation_id = "move_purchase",
    post, path = "/v1/purchases/{purchase_id}/move", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    request_body = MemberNamed,
    responses(
        (status = 200, description = "The purchase, moved.", body = PurchaseAnswer),
        (status = 409, description = "The receipt is nobody's, cancelled, a return, or goods of it came back.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn move_to(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(named): JsonBody<MemberNamed>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = id::read(&id, &till)?;
    let member = member_named(&app, &till, &named).await?;
    let by = Source::Till(till.key);
    let moved = app.store().move_purchase(&till.scope, &receipt, member, &by, app.now()).await;
    Ok(Json(PurchaseAnswer::of(&moved.map_err(of_member)?)))
}

async fn member_named(
    app: &App,
    till: &Till,
    named: &MemberNamed,
) -> Result<domain::MemberId, Problem> {
    let mut fields = Fields::default();
    let Some(named) = named.read(&mut fields) else { return Err(fields.refuse()) };
    let contact = match named {
        Named::Member(id) => return Ok(id),
        Named::Contact(contact) => contact,
    };
    let pointer = match contact {
        Contact::Mobile(_) => "/mobile",
        Contact::Card(_) => "/card_number",
    };
    let found = app.store().find_member(&till.scope, &contact).await?;
    found.ok_or_else(|| app.missed(till, Problem::not_found("member").at(pointer)))
}

fn of_member(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound(Entity::Member) => Problem::from(error).at("/member_id"),
        _ => error.into(),
    }
}
