//! Two members who are one person.

use crate::member::MemberAnswer;
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::{Instant, MemberId};
use http_edge::{JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::{Source, StoreError, Unmerged};
use utoipa::ToSchema;

/// The member to merge into the one of the path, or to part from it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    absorbed_member_id: String,
}

/// Two members who are apart again.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmergeAnswer {
    /// The one that had been kept.
    member: MemberAnswer,
    /// The one that had been absorbed.
    absorbed_member: MemberAnswer,
    /// The points of the absorbed one that went back to it.
    points_given_back: i64,
    /// Those that did not: they were spent, or expired, while the two were one. Neither owes them.
    points_not_given_back: i64,
}

impl UnmergeAnswer {
    fn of(unmerged: &Unmerged, till: &Till, now: Instant) -> Self {
        Self {
            member: MemberAnswer::of(&unmerged.kept, till, now),
            absorbed_member: MemberAnswer::of(&unmerged.absorbed, till, now),
            points_given_back: unmerged.given_back.given.get(),
            points_not_given_back: unmerged.given_back.not_given.get(),
        }
    }
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
        StoreError::Conflict(_) => Problem::from(error).at("/absorbed_member_id"),
        _ => error.into(),
    })?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}

/// Undo a merge: the two members are apart again. The absorbed one gets back its contacts, its history
/// and what is still there of the points it brought in, lot by lot; whatever happened since stays with
/// this one. Again changes nothing.
#[utoipa::path(
    operation_id = "unmerge_members",
    post, path = "/v1/members/{member_id}/unmerge", tag = "members", security(("till_key" = [])),
    params(("member_id" = String, Path)),
    request_body = Merge,
    responses(
        (status = 200, description = "Both members.", body = UnmergeAnswer),
        (status = 409, description = "The two are not merged, or this one was merged into another since.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn unmerge(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Json<UnmergeAnswer>, Problem> {
    let (kept, absorbed) = (identifiers::member(&id)?, merge.read()?);
    let source = Source::Till(till.key);
    let parted = app.store().unmerge_members(&till.scope, kept, absorbed, &source, app.now());
    let parted = Box::pin(parted).await;
    let unmerged = parted.map_err(|error| match error {
        StoreError::Conflict(_) => Problem::from(error).at("/absorbed_member_id"),
        _ => error.into(),
    })?;
    Ok(Json(UnmergeAnswer::of(&unmerged, &till, app.now())))
}
