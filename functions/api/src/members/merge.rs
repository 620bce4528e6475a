//! Two members who are one person.

use crate::members::MemberAnswer;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::MemberId;
use http_edge::{JsonBody, Problem, Segments, Till};
use serde::Deserialize;
use store::Source;
use utoipa::ToSchema;

/// The member to merge into the one of the path.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    absorbed_member_id: String,
}

impl Merge {
    fn read(&self) -> Result<MemberId, Problem> {
        MemberId::parse(&self.absorbed_member_id)
            .map_err(|invalid| Problem::refused("/absorbed_member_id", invalid))
    }
}

/// Merge another member, who is the same person, into this one.
#[utoipa::path(
    operation_id = "merge_members",
    post, path = "/v1/members/{member_id}/merge", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = Merge,
    responses(
        (status = 200, description = "The member with all of both.", body = MemberAnswer),
        (status = 409, description = "The two cannot be merged.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn merge(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Json<MemberAnswer>, Problem> {
    let (kept, absorbed) = (identifiers::member(&id)?, merge.read()?);
    let source = Source::Till(till.key);
    let merged = app.store().merge_members(&till.scope, kept, absorbed, &source, app.now()).await;
    let member = merged.map_err(|error| match error {
        store::StoreError::Conflict(_) => Problem::from(error).at("/absorbed_member_id"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member)))
}
