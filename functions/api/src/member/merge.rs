//! Two members who are one person: merged, and parted again.

use crate::context::App;
use crate::member::response::MemberAnswer;
use crate::parameters::MemberPath;
use crate::schema::Identifier;
use axum::Json;
use axum::extract::State;
use domain::{Instant, MemberId};
use http_edge::{JsonBody, Problem, Segments, Till};
use serde::{Deserialize, Serialize};
use store::{StoreError, Unmerged};
use utoipa::ToSchema;

/// The absorbed member: to merge into the member of the path, or to part from it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The identifier of the absorbed member. Not the member of the path.
    #[schema(value_type = Identifier)]
    absorbed_member_id: String,
}

/// Two members after an undone merge.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnmergeAnswer {
    /// The member that survived the merge.
    member: MemberAnswer,
    /// The member that was absorbed by the merge.
    absorbed_member: MemberAnswer,
    /// The points that the absorbed member got back.
    points_given_back: i64,
    /// The points that the absorbed member did not get back, because they were spent or expired in the
    /// meantime. No member owes them.
    points_not_given_back: i64,
}

impl UnmergeAnswer {
    fn of(unmerged: &Unmerged, till: &Till, now: Instant) -> Self {
        Self {
            member: MemberAnswer::of(&unmerged.survivor, till, now),
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

fn refusal(error: StoreError) -> Problem {
    match error {
        StoreError::Conflict(_) => Problem::from(error).at("/absorbed_member_id"),
        _ => error.into(),
    }
}

/// Merge another member, who is the same person, into this member.
#[utoipa::path(
    operation_id = "merge_members",
    post, path = "/v1/members/{member_id}/merge", tag = "members",
    params(MemberPath),
    request_body = Merge,
    responses(
        (status = 200, description = "The member with the points and contacts of both.", body = MemberAnswer),
        (status = 409, description = "The two members cannot be merged."),
    ),
)]
pub(crate) async fn merge(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Json<MemberAnswer>, Problem> {
    let (survivor, absorbed) = (path.member_id, merge.read()?);
    let merged = app.store().merge_members(&till.scope, survivor, absorbed, app.now());
    let member = merged.await.map_err(refusal)?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}

/// Undo a merge.
///
/// The absorbed member gets back its contacts, its history, and the points that it contributed as far
/// as they are left, lot by lot. Everything since the merge stays with the member of the path. The merges of a
/// member are undone from the last one. The same request again changes nothing.
#[utoipa::path(
    operation_id = "unmerge_members",
    post, path = "/v1/members/{member_id}/unmerge", tag = "members",
    params(MemberPath),
    request_body = Merge,
    responses(
        (status = 200, description = "The two members.", body = UnmergeAnswer),
        (status = 409, description = "The two members are not merged, or another member was merged into the survivor \
         later, or the survivor was merged into another member since, or has the absorbed member's mobile."),
    ),
)]
pub(crate) async fn unmerge(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    JsonBody(merge): JsonBody<Merge>,
) -> Result<Json<UnmergeAnswer>, Problem> {
    let (survivor, absorbed) = (path.member_id, merge.read()?);
    let parted = app.store().unmerge_members(&till.scope, survivor, absorbed, app.now());
    let unmerged = Box::pin(parted).await.map_err(refusal)?;
    Ok(Json(UnmergeAnswer::of(&unmerged, &till, app.now())))
}
