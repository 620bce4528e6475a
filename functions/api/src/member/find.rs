//! A member found at the till. The answer is what a cashier needs to greet the customer and no more:
//! the whole record is `GET /v1/members/{member_id}`.

use crate::App;
use crate::ledger::balance::Balance;
use crate::member::customer::ContactNamed;
use crate::openapi::{BodyRefusals, TillRefusals};
use axum::Json;
use axum::extract::State;
use domain::Instant;
use domain::member::Details;
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::Serialize;
use utoipa::ToSchema;

/// A member as a till finds it.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundMember {
    member_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    /// The first letter of the last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("M"))]
    last_name_initial: Option<String>,
    /// A sale of a moment ago may not be in it yet: the answer to that sale tells its balance.
    #[serde(flatten)]
    balance: Balance,
    /// Whether the person completed the registration.
    card_activated: bool,
    /// Whether the card that the member has was blocked as lost.
    card_blocked: bool,
}

impl FoundMember {
    fn of(member: &store::Member, till: &Till, now: Instant) -> Self {
        let store::Member { person, account, .. } = member;
        Self {
            member_id: person.id.to_string(),
            first_name: person.details.first_name.clone(),
            last_name_initial: initial(&person.details),
            balance: Balance::of(account, till, now),
            card_activated: person.activated_at.is_some(),
            card_blocked: person.card_is_blocked(),
        }
    }
}

fn initial(details: &Details) -> Option<String> {
    let first = details.last_name.as_deref()?.chars().next()?;
    Some(first.to_uppercase().collect())
}

/// Find a member by mobile, card number, or the text of a scanned card. A POST, so that none of them
/// ever stands in an address.
#[utoipa::path(
    operation_id = "find_member",
    post, path = "/v1/members/find", tag = "members", security(("till_key" = [])),
    request_body = ContactNamed,
    responses(
        (status = 200, description = "The member.", body = FoundMember),
        (status = 409, description = "The card was blocked as lost (`card_blocked`).",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn find(
    State(app): State<App>,
    till: Till,
    JsonBody(named): JsonBody<ContactNamed>,
) -> Result<Json<FoundMember>, Problem> {
    let mut fields = Fields::default();
    let Some((contact, pointer)) = named.read(&mut fields) else { return Err(fields.refuse()) };
    let found = app.store().find(&till.scope, &contact).await.map_err(Problem::from);
    let found = found.and_then(|found| found.ok_or_else(|| Problem::not_found("member")));
    let member = found.map_err(|problem| app.missed(&till, problem.at(pointer)))?;
    Ok(Json(FoundMember::of(&member, &till, app.now())))
}
