//! Files of purchases listed and shown with their reports.

use crate::context::App;
use crate::parameters::{PageQuery, UploadPath};
use crate::upload::response::{UploadAnswer, UploadPage};
use axum::Json;
use axum::extract::State;
use http_edge::{Page, Problem, Query, Segments, Till, cursor};
use store::RangesSummary;

/// List the files of the establishment, newest first.
#[utoipa::path(
    operation_id = "list_uploads",
    get, path = "/v1/uploads", tag = "uploads",
    params(PageQuery),
    responses((status = 200, description = "A page of files.", body = UploadPage)),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Query(page): Query<Page>,
) -> Result<Json<UploadPage>, Problem> {
    let establishment = &till.establishment.id;
    let list = format!("uploads {establishment}");
    let after = page.after(&till.scope, &list)?;
    let (uploads, next) =
        app.store().uploads(&till.scope, establishment, after, page.limit).await?;
    Ok(Json(UploadPage {
        uploads: uploads.iter().map(UploadAnswer::settled).collect(),
        next_cursor: cursor::next(&till.scope, &list, next.as_ref())?,
    }))
}

/// Show a file of the establishment, and its report so far.
#[utoipa::path(
    operation_id = "show_upload",
    get, path = "/v1/uploads/{upload_id}", tag = "uploads",
    params(UploadPath),
    responses((status = 200, description = "The file and its report.", body = UploadAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(path): Segments<UploadPath>,
) -> Result<Json<UploadAnswer>, Problem> {
    let id = path.upload_id;
    let upload = app.store().upload(&till.scope, &till.establishment.id, id).await?;
    let mut answer = if upload.is_settled() {
        UploadAnswer::settled(&upload)
    } else {
        let RangesSummary { done, report } = app.store().range_reports(&till.scope, id).await?;
        UploadAnswer::of(&upload, done, &report)
    };
    if let Some(key) = &upload.refused_key {
        answer.refused_rows_url = Some(app.uploads.get(key, app.now()).await?);
    }
    Ok(Json(answer))
}
