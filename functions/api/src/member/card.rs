//! A member's card: blocked as lost, unblocked, or replaced. The history records each step with the till's
//! key and the instant.

use crate::context::App;
use crate::member::find::FoundMember;
use crate::parameters::MemberPath;
use crate::schema::CardNumber as CardNumberText;
use axum::Json;
use axum::extract::State;
use domain::{CardNumber, DomainError, MemberError, MemberId};
use http_edge::{JsonBody, Problem, Segments, Till};
use serde::Deserialize;
use store::{CardStep, StoreError};
use utoipa::ToSchema;

/// The card that replaces the member's card.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceCard {
    #[schema(value_type = CardNumberText)]
    card_number: String,
}

/// Block a member's card as lost.
///
/// The number of a blocked card finds no member, and cannot be given to another member. The same request
/// again changes nothing. A member that was merged into another member keeps a card of its own: the request
/// blocks the card of the `member_id` of the path.
#[utoipa::path(
    operation_id = "block_card",
    post, path = "/v1/members/{member_id}/card/block", tag = "members",
    params(MemberPath),
    responses(
        (status = 200, description = "The member with the blocked card.", body = FoundMember),
        (status = 409, description = "The member has no card (`no_card`), or has too many blocked cards \
         (`too_many_blocked_cards`)."),
    ),
)]
pub(crate) async fn block(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
) -> Result<Json<FoundMember>, Problem> {
    step(&app, &till, path.member_id, &CardStep::Block).await
}

/// Unblock a card that was found again.
///
/// The same request again changes nothing.
#[utoipa::path(
    operation_id = "unblock_card",
    post, path = "/v1/members/{member_id}/card/unblock", tag = "members",
    params(MemberPath),
    responses(
        (status = 200, description = "The member with the unblocked card.", body = FoundMember),
        (status = 409, description = "The member has no card (`no_card`)."),
    ),
)]
pub(crate) async fn unblock(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
) -> Result<Json<FoundMember>, Problem> {
    step(&app, &till, path.member_id, &CardStep::Unblock).await
}

/// Give a member another card.
///
/// The old card is blocked. To give the old card back, send its number here.
#[utoipa::path(
    operation_id = "replace_card",
    post, path = "/v1/members/{member_id}/card/replace", tag = "members",
    params(MemberPath),
    request_body = ReplaceCard,
    responses(
        (status = 200, description = "The member with the new card.", body = FoundMember),
        (status = 409, description = "Another member has the card or had it blocked (`card_taken`), or the \
         member has too many blocked cards (`too_many_blocked_cards`)."),
    ),
)]
pub(crate) async fn replace(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(replace): JsonBody<ReplaceCard>,
) -> Result<Json<FoundMember>, Problem> {
    let card = CardNumber::parse(&replace.card_number)
        .map_err(|invalid| Problem::refused("/card_number", invalid))?;
    step(&app, &till, path.member_id, &CardStep::Replace(card)).await
}

async fn step(
    app: &App,
    till: &Till,
    id: MemberId,
    step: &CardStep,
) -> Result<Json<FoundMember>, Problem> {
    let stepped = app.store().step_card(&till.scope, id, step, app.now()).await;
    let member = stepped.map_err(|error| match error {
        StoreError::Refused(DomainError::Member(MemberError::CardTaken)) => {
            Problem::from(error).at("/card_number")
        }
        _ => error.into(),
    })?;
    Ok(Json(FoundMember::of(&member, till, app.now())))
}
