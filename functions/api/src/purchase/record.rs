//! A purchase recorded, shown and cancelled.

use crate::context::App;
use crate::parameters::PurchasePath;
use crate::purchase::at_till::ShownPurchase;
use crate::purchase::id;
use crate::purchase::refusal::refusal;
use crate::purchase::request::{NewPurchase, ReadPurchase};
use crate::purchase::response::Entered;
use axum::Json;
use axum::extract::State;
use domain::KeyScope;
use http_edge::{JsonBody, KeyedAnswer, Problem, Segments, Till};
use store::{Customer, Outcome};

/// Record a sale or a return.
///
/// The same receipt again changes nothing. Its answer is the purchase as it is now: cancelled, returned or moved
/// since, with the present balance of its customer. A purchase that was cancelled by mistake is recorded again with
/// `undone_cancellation`.
#[utoipa::path(
    operation_id = "create_purchase",
    post, path = "/v1/purchases", tag = "purchases",
    request_body = NewPurchase,
    responses(
        (status = 201, description = "The new purchase; or the purchase that an earlier request with the same \
         receipt recorded.", body = Entered,
         headers(("idempotency-replayed" = String, description = "`true` where an earlier request recorded \
          the purchase."))),
        (status = 200, description = "The purchase is recorded and cancelled: `cancelled_at` says since when. \
         Nothing was recorded.", body = Entered,
         headers(("idempotency-replayed" = String, description = "The word `true`: an earlier request recorded the purchase."))),
        (
            status = 404,
            description = "No member has the identifier or card number, or the mobile where `card_requested` is absent."
        ),
        (status = 409, description = "The receipt is known with another content (`receipt_conflict`), a coupon \
         has no use left (`coupon_used_up`, `coupon_member_limit`), or the card was blocked as lost \
         (`card_blocked`)."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewPurchase>,
) -> Result<KeyedAnswer<Entered>, Problem> {
    let now = app.now();
    let ReadPurchase { new, customer, undone_cancellation } = new.read(&till, now)?;
    let (store, scope) = (app.store(), &till.scope);
    let recorded = match undone_cancellation {
        Some(at) => store.record_cancelled_purchase(scope, &customer, &new, at, now).await,
        None => store.record_purchase(scope, &customer, &new, now).await,
    };
    let recorded = app.count_misses(&till, recorded.map_err(refusal)).await?;
    let shows_member = till.key_scope != KeyScope::Till
        || (!recorded.moved && !matches!(customer, Customer::Anonymous));
    let entered = Entered::of(&new.purchase, &recorded, till.unit(), shows_member);
    Ok(match recorded.cancelled_at {
        Some(_) => KeyedAnswer::not_in_force(entered),
        None => KeyedAnswer::created(entered, matches!(recorded.outcome, Outcome::Known(_))),
    })
}

/// Show a purchase of the till's own establishment.
#[utoipa::path(
    operation_id = "show_purchase",
    get, path = "/v1/purchases/{purchase_id}", tag = "purchases",
    params(PurchasePath),
    responses((status = 200, description = "The stored purchase.", body = ShownPurchase)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<PurchasePath>,
) -> Result<Json<ShownPurchase>, Problem> {
    let receipt = id::read(&app, &path.purchase_id, &till).await?;
    let stored = app.store().purchase(&till.scope, &receipt).await;
    let stored = app.count_misses(&till, stored.map_err(Problem::from)).await?;
    Ok(Json(ShownPurchase::of(&stored, &till)))
}

/// Cancel a purchase: its points are taken back or given back.
///
/// The same request again changes nothing.
#[utoipa::path(
    operation_id = "cancel_purchase",
    post, path = "/v1/purchases/{purchase_id}/cancel", tag = "purchases",
    params(PurchasePath),
    responses(
        (status = 200, description = "The cancelled purchase.", body = ShownPurchase),
        (status = 409, description = "The sale has been returned: cancel its return first."),
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<PurchasePath>,
) -> Result<Json<ShownPurchase>, Problem> {
    let receipt = id::read(&app, &path.purchase_id, &till).await?;
    let stored = app.store().cancel_purchase(&till.scope, &receipt, app.now()).await;
    let stored = app.count_misses(&till, stored.map_err(Problem::from)).await?;
    Ok(Json(ShownPurchase::of(&stored, &till)))
}
