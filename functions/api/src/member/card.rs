//! A member's card is lost: blocked, found again, replaced. The history keeps who did it and when.

use crate::member::MemberAnswer;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::CardNumber;
use domain::{DomainError, MemberError};
use http_edge::{JsonBody, Problem, Segments, Till};
use serde::Deserialize;
use store::{CardStep, Source, StoreError};
use utoipa::ToSchema;

/// The card handed out in the place of the lost one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaceCard {
    /// 4 to 32 letters or digits.
    #[schema(examples("2990000012346"))]
    card_number: String,
}

/// Block a member's card as lost: its number finds nobody any more, and no other member can have it.
/// Again changes nothing. Of a member merged into another, its own card.
#[utoipa::path(
    operation_id = "block_card",
    post, path = "/v1/members/{member_id}/card/block", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    responses(
        (status = 200, description = "The member.", body = MemberAnswer),
        (status = 409, description = "The member has no card, or has lost too many.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn block(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<MemberAnswer>, Problem> {
    take(&app, &till, &id, &CardStep::Block).await
}

/// Let a blocked card be used again: it was found. Again changes nothing.
#[utoipa::path(
    operation_id = "unblock_card",
    post, path = "/v1/members/{member_id}/card/unblock", tag = "members",
    security(("till_key" = [])),
    params(("member_id" = String, Path)),
    responses(
        (status = 200, description = "The member.", body = MemberAnswer),
        (status = 409, description = "The member has no card.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn unblock(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<MemberAnswer>, Problem> {
    take(&app, &till, &id, &CardStep::Unblock).await
}

/// Give a member another card. The one there was is blocked; given back here, it takes its place again.
#[utoipa::path(
    operation_id = "replace_card",
    post, path = "/v1/members/{member_id}/card/replace", tag = "members",
    security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = ReplaceCard,
    responses(
        (status = 200, description = "The member with the new card.", body = MemberAnswer),
        (status = 409, description = "The card is another member's, blocked or not, or the member has \
         lost too many.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn replace(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(replace): JsonBody<ReplaceCard>,
) -> Result<Json<MemberAnswer>, Problem> {
    let card = CardNumber::parse(&replace.card_number)
        .map_err(|invalid| Problem::refused("/card_number", invalid))?;
    take(&app, &till, &id, &CardStep::Replace(card)).await
}

async fn take(
    app: &App,
    till: &Till,
    id: &str,
    step: &CardStep,
) -> Result<Json<MemberAnswer>, Problem> {
    let (id, source) = (identifiers::member(id)?, Source::Till(till.key));
    let taken = app.store().step_card(&till.scope, id, step, &source, app.now()).await;
    let member = taken.map_err(|error| match error {
        StoreError::Refused(DomainError::Member(MemberError::CardTaken)) => {
            Problem::from(error).at("/card_number")
        }
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member, till, app.now())))
}
