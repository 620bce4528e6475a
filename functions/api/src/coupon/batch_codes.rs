//! The codes of a batch, computed again from their numbers: listing them reads no coupon.

use crate::codes;
use crate::context::App;
use crate::merchant::mode::DataMode;
use crate::merchant::scope::scope;
use crate::parameters::{BatchPath, ModeQuery, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use http_edge::problem::Kind;
use http_edge::{Operator, Page, Problem, Query, Segments, cursor};
use serde::Serialize;
use utoipa::ToSchema;

/// Codes of a page of CSV.
const CSV_CODES: usize = 10_000;
/// The header of a page of CSV that holds the cursor of the next page.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("next-cursor");

/// A page of codes.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodePage {
    /// The codes as they are printed. A till may send them without their hyphens.
    #[schema(examples(json!(["7KHP-M3CD-RTWX"])))]
    codes: Vec<String>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List the codes of a finished batch, in the order they were made.
///
/// With `Accept: text/csv` the answer has one code a line and a header on the first page. A page of CSV
/// holds 10 000 codes whatever the limit.
#[utoipa::path(
    operation_id = "list_coupon_codes",
    get, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/batches/{batch_id}/codes",
    tag = "offers",
    params(BatchPath, ModeQuery, PageQuery),
    responses(
        (status = 200, description = "A page of codes.", content((CodePage), (String = "text/csv")),
         headers(("next-cursor" = String, description = "The cursor of the next page of CSV. Absent on the \
          last page."))),
        (status = 409, description = "The batch is not finished (`batch_not_finished`)."),
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<BatchPath>,
    Query((DataMode(mode), page)): Query<(DataMode, Page)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = scope(&app, path.merchant_id, mode).await?;
    let list = format!("codes {} {}", path.offer_id, path.batch_id);
    let after: Option<u32> = page.after(&scope, &list)?;
    let batch = app.store().coupon_batch(scope.tenant(), path.offer_id, path.batch_id).await?;
    if batch.finished_at.is_none() {
        let detail = "The batch is not finished, and its codes give nothing yet: ask again later.";
        return Err(Problem::new(Kind::Conflict, detail).coded(codes::BATCH_NOT_FINISHED));
    }
    let as_csv = wants_csv(&headers);
    let limit = if as_csv { CSV_CODES } else { page.limit };
    let (maker, begin) = (scope.code_maker(), after.unwrap_or(0));
    let codes = (begin..batch.count).take(limit).filter_map(|place| batch.code(&maker, place));
    let codes: Vec<String> = codes.map(|code| code.to_string()).collect();
    let end = begin.saturating_add(u32::try_from(codes.len()).unwrap_or(u32::MAX));
    let next_cursor = cursor::next(&scope, &list, (end < batch.count).then_some(&end))?;
    if !as_csv {
        return Ok(Json(CodePage { codes, next_cursor }).into_response());
    }
    let header = if begin == 0 { "code\r\n" } else { "" };
    let lines: String = codes.iter().flat_map(|code| [code.as_str(), "\r\n"]).collect();
    let mut answer = format!("{header}{lines}").into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Some(next) = next_cursor.and_then(|next| HeaderValue::from_str(&next).ok()) {
        headers.insert(NEXT_CURSOR, next);
    }
    Ok(answer)
}

fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').any(|one| {
        let essence = one.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("text/csv")
    })
}
