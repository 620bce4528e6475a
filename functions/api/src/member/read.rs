//! Members shown and listed.

use crate::context::App;
use crate::member::response::{MemberAnswer, MemberPage};
use crate::parameters::{MemberPath, PageQuery};
use axum::Json;
use axum::extract::State;
use domain::values::identifiers::MEMBER_SHARDS;
use http_edge::{Page, Problem, Query, Segments, Till, cursor, page};

/// Show a member, or the member that it was merged into.
#[utoipa::path(
    operation_id = "show_member",
    get, path = "/v1/members/{member_id}", tag = "members",
    params(MemberPath),
    responses((status = 200, description = "The member with the whole record.", body = MemberAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
) -> Result<Json<MemberAnswer>, Problem> {
    let member = app.store().member(&till.scope, path.member_id).await?;
    Ok(Json(MemberAnswer::of(&member, &till, app.now())))
}

/// List the merchant's members.
///
/// Their order has no meaning.
#[utoipa::path(
    operation_id = "list_members",
    get, path = "/v1/members", tag = "members",
    params(PageQuery),
    responses((status = 200, description = "A page of members.", body = MemberPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Query(Page { limit, after }): Query<Page<(u8, String)>>,
) -> Result<Json<MemberPage>, Problem> {
    let is_ours = |(shard, sk): &(u8, String)| {
        *shard < MEMBER_SHARDS && (sk.is_empty() || sk.starts_with("MEMBER#"))
    };
    if after.as_ref().is_some_and(|after| !is_ours(after)) {
        return Err(page::refused_cursor());
    }
    let page = app.store().members(&till.scope, after, limit).await?;
    let now = app.now();
    Ok(Json(MemberPage {
        members: page.members.iter().map(|member| MemberAnswer::of(member, &till, now)).collect(),
        next_cursor: cursor::next(page.next.as_ref())?,
    }))
}
