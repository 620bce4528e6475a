//! A member's history, newest first.

use crate::context::App;
use crate::member::history_item::HistoryItem;
use crate::parameters::{MemberPath, PageQuery};
use axum::Json;
use axum::extract::State;
use http_edge::{Page, Problem, Query, Segments, Till, cursor};
use serde::Serialize;
use std::collections::BTreeMap;
use store::HistoryKey;
use utoipa::ToSchema;

/// A page of a member's history.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    entries: Vec<HistoryItem>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List the entries of a member's history, newest first.
#[utoipa::path(
    operation_id = "list_history",
    get, path = "/v1/members/{member_id}/history", tag = "members",
    params(MemberPath, PageQuery),
    responses((status = 200, description = "A page of entries.", body = HistoryPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<MemberPath>,
    Query(page): Query<Page>,
) -> Result<Json<HistoryPage>, Problem> {
    let list = format!("history {}", path.member_id);
    let after: Option<BTreeMap<String, HistoryKey>> = page.after(&till.scope, &list)?;
    let (after, limit) = (after.unwrap_or_default(), page.limit);
    let page = app.store().history(&till.scope, path.member_id, &after, limit).await?;
    Ok(Json(HistoryPage {
        entries: page.entries.iter().map(HistoryItem::of).collect(),
        next_cursor: cursor::next(&till.scope, &list, page.next.as_ref())?,
    }))
}
