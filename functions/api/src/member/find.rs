//! A member found at the till. [`FoundMember`] has the fields that a cashier needs to greet the customer, and no
//! more. It is the answer about a member to every operation that a till may do. The whole record is for keys
//! with the scope back office or export: `GET /v1/members/{member_id}`.

use crate::context::App;
use crate::ledger::balance::Balance;
use crate::member::customer::{ContactNamed, NamedContact};
use crate::schema::Identifier;
use axum::Json;
use axum::extract::State;
use domain::member::Details;
use domain::{Instant, MemberId};
use http_edge::{Fields, JsonBody, Problem, Till};
use serde::Serialize;
use utoipa::ToSchema;

/// A member as a till shows it. The balance may lack a sale of the last seconds; the answer to that sale has
/// the new balance.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoundMember {
    #[schema(value_type = Identifier)]
    member_id: MemberId,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<String>,
    /// The first letter of the last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("M"))]
    last_name_initial: Option<String>,
    #[serde(flatten)]
    balance: Balance,
    /// Whether the card is activated: by a use, where the merchant chose that, or by the person.
    card_activated: bool,
    /// Whether the member's card was blocked as lost.
    card_blocked: bool,
}

impl FoundMember {
    pub(super) fn of(member: &store::Member, till: &Till, now: Instant) -> Self {
        let store::Member { person, account, .. } = member;
        Self {
            member_id: person.id,
            first_name: person.details.first_name.clone(),
            last_name_initial: initial(&person.details),
            balance: Balance::of(account, till, now),
            card_activated: account.activated.is_some(),
            card_blocked: person.card_is_blocked(),
        }
    }
}

fn initial(details: &Details) -> Option<String> {
    let first = details.last_name.as_deref()?.chars().next()?;
    Some(first.to_uppercase().collect())
}

/// Find a member by mobile, card number, or the text of a scanned card.
///
/// The method is POST, so that no address contains a contact.
#[utoipa::path(
    operation_id = "find_member",
    post, path = "/v1/members/find", tag = "members",
    request_body = ContactNamed,
    responses(
        (status = 200, description = "The member that was found.", body = FoundMember),
        (status = 404, description = "No member has the mobile or card number."),
        (status = 409, description = "The card was blocked as lost (`card_blocked`)."),
    ),
)]
pub(crate) async fn find(
    State(app): State<App>,
    till: Till,
    JsonBody(named): JsonBody<ContactNamed>,
) -> Result<Json<FoundMember>, Problem> {
    let mut fields = Fields::default();
    let Some(NamedContact { contact, pointer }) = named.read(&mut fields) else {
        return Err(fields.refuse());
    };
    let found = app.store().find(&till.scope, &contact).await.map_err(Problem::from);
    let found = found.and_then(|found| found.ok_or_else(|| Problem::not_found("member")));
    let found = found.map_err(|problem| problem.at(pointer));
    let member = app.count_misses(&till, found).await?;
    Ok(Json(FoundMember::of(&member, &till, app.now())))
}
