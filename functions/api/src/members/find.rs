//! A member found at the till.

use crate::App;
use crate::customer::ContactNamed;
use crate::members::MemberAnswer;
use crate::openapi::{BodyRefusals, TillRefusals};
use axum::Json;
use axum::extract::State;
use http_edge::{Fields, JsonBody, Problem, Till};
use store::Contact;

/// Find a member by mobile or card number. A POST, so that neither ever stands in an address.
#[utoipa::path(
    operation_id = "find_member",
    post, path = "/v1/members/find", tag = "members", security(("till_key" = [])),
    request_body = ContactNamed,
    responses(
        (status = 200, description = "The member.", body = MemberAnswer),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn find(
    State(app): State<App>,
    till: Till,
    JsonBody(named): JsonBody<ContactNamed>,
) -> Result<Json<MemberAnswer>, Problem> {
    let mut fields = Fields::default();
    let Some(contact) = named.read(&mut fields) else { return Err(fields.refuse()) };
    let pointer = match contact {
        Contact::Mobile(_) => "/mobile",
        Contact::Card(_) => "/card_number",
    };
    let found = app.store().find_member(&till.scope, &contact).await?;
    let id = found.ok_or_else(|| Problem::not_found("member").at(pointer))?;
    Ok(Json(MemberAnswer::of(&app.store().member(&till.scope, id).await?)))
}
