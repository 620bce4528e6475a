//! A purchase attached to its customer, or moved to another one.

use crate::context::App;
use crate::member::customer::{MemberNamed, Named};
use crate::parameters::PurchasePath;
use crate::purchase::at_till::ShownPurchase;
use crate::purchase::id;
use axum::Json;
use axum::extract::State;
use domain::MemberId;
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use store::{Contact, Entity, StoreError};

/// Attach an anonymous sale to its customer, who gets its points by the programme of its day.
#[utoipa::path(
    operation_id = "attach_purchase",
    post, path = "/v1/purchases/{purchase_id}/attach", tag = "purchases",
    params(PurchasePath),
    request_body = MemberNamed,
    responses(
        (status = 200, description = "The attached purchase.", body = ShownPurchase),
        (status = 409, description = "The purchase belongs to another member, is cancelled or is a return, or \
         the card was blocked as lost (`card_blocked`)."),
    ),
)]
pub(crate) async fn attach(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<PurchasePath>,
    JsonBody(named): JsonBody<MemberNamed>,
) -> Result<Json<ShownPurchase>, Problem> {
    let receipt = id::read(&app, &path.purchase_id, &till).await?;
    let member = member_named(&app, &till, &named).await?;
    let attached = app.store().attach_purchase(&till.scope, &receipt, member, app.now()).await;
    let attached = app.count_misses(&till, attached.map_err(refusal)).await?;
    Ok(Json(ShownPurchase::of(&attached, &till)))
}

/// Move a sale that was recorded for the wrong member to the right one, with the points that it gave.
///
/// Moving the sale back undoes it; the histories of both members show it.
#[utoipa::path(
    operation_id = "move_purchase",
    post, path = "/v1/purchases/{purchase_id}/move", tag = "purchases",
    params(PurchasePath),
    request_body = MemberNamed,
    responses(
        (status = 200, description = "The moved purchase.", body = ShownPurchase),
        (status = 409, description = "The purchase is anonymous, is cancelled, is a return or has been \
         returned, or the card was blocked as lost (`card_blocked`)."),
    ),
)]
pub(crate) async fn move_to(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<PurchasePath>,
    JsonBody(named): JsonBody<MemberNamed>,
) -> Result<Json<ShownPurchase>, Problem> {
    let receipt = id::read(&app, &path.purchase_id, &till).await?;
    let member = member_named(&app, &till, &named).await?;
    let moved = app.store().move_purchase(&till.scope, &receipt, member, app.now()).await;
    let moved = app.count_misses(&till, moved.map_err(refusal)).await?;
    Ok(Json(ShownPurchase::of(&moved, &till)))
}

/// The member that a request names: no round trip for an identifier, 1 for a contact.
async fn member_named(app: &App, till: &Till, named: &MemberNamed) -> Result<MemberId, Problem> {
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
    let found = found.ok_or_else(|| Problem::not_found("member").at(pointer));
    app.count_misses(till, found).await
}

fn refusal(error: StoreError) -> Problem {
    match error {
        StoreError::NotFound(Entity::Member) => Problem::from(error).at("/member_id"),
        _ => error.into(),
    }
}
