//! Members shown and listed.

use crate::context::App;
use crate::member::response::{MemberAnswer, MemberPage};
use crate::parameters::{MemberPath, PageQuery};
use axum::Json;
use axum::extract::State;
use http_edge::{Page, Problem, Query, Segments, Till, cursor};

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

/// The name of the list in its cursors.
const LIST: &str = "members";

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
    Query(page): Query<Page>,
) -> Result<Json<MemberPage>, Problem> {
    let after = page.after(&till.scope, LIST)?;
    let page = app.store().members(&till.scope, after, page.limit).await?;
    let now = app.now();
    Ok(Json(MemberPage {
        members: page.members.iter().map(|member| MemberAnswer::of(member, &till, now)).collect(),
        next_cursor: cursor::next(&till.scope, LIST, page.next.as_ref())?,
    }))
}
