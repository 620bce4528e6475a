//! Codes from a file. The answer accounts for every row, and the same file again changes nothing.

use crate::context::App;
use crate::coupon::import_file::{self, MOST_ROWS, Unreadable};
use crate::merchant::mode::DataMode;
use crate::merchant::scope::scope_in_force;
use crate::parameters::{ModeQuery, OfferPath};
use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use domain::{CouponCode, DomainError};
use http_edge::body::LARGEST;
use http_edge::problem::Kind;
use http_edge::{Operator, Problem, Query, Segments};
use serde::Serialize;
use std::collections::HashSet;
use store::Imported;
use utoipa::ToSchema;

/// A row that made no coupon.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefusedCode {
    /// The physical line of the row, from 1.
    line: usize,
    /// A stable code, for programs and for translation.
    #[schema(value_type = String, examples("coupon_code"))]
    code: &'static str,
    /// The reason of the refusal.
    #[schema(examples("must be 8 to 24 letters and digits"))]
    detail: String,
}

/// The result of an import. Every row counts as accepted, already there or refused.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodesImported {
    /// The number of rows that are not empty, without the header.
    rows: usize,
    /// The number of codes that became coupons of the offer.
    accepted: usize,
    /// The number of codes that were coupons of the offer before, or are in the file twice.
    already_there: usize,
    /// The rows that made no coupon.
    refused: Vec<RefusedCode>,
}

/// A body whose `Content-Type` is CSV.
pub(crate) struct CsvBody(Bytes);

impl<S: Send + Sync> FromRequest<S> for CsvBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let content_type =
            request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("text/csv") {
            return Err(Problem::new(
                Kind::UnsupportedMediaType,
                "Send the file as it is, with the header Content-Type: text/csv.",
            ));
        }
        to_bytes(request.into_body(), LARGEST).await.map(Self).map_err(|_| too_large())
    }
}

fn too_large() -> Problem {
    let detail =
        format!("A file holds {MOST_ROWS} codes and 1 MB at the most: send it in several parts.");
    Problem::new(Kind::BodyTooLarge, detail)
}

/// Import codes of an offer from a file: one code a row, in the column `code` or in the first column,
/// in UTF-8 or Windows-1252.
///
/// The same file again changes nothing.
///
/// A file has at most 10 000 rows and 1 MB: send a larger file in several parts.
#[utoipa::path(
    operation_id = "import_coupon_codes",
    post, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/imports", tag = "offers",
    params(OfferPath, ModeQuery),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "The result of the import.", body = CodesImported),
        (status = 409, description = "The merchant's contract has ended (`contract_ended`)."),
        (status = 422, description = "The file is not a text."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<OfferPath>,
    Query(DataMode(mode)): Query<DataMode>,
    CsvBody(bytes): CsvBody,
) -> Result<Json<CodesImported>, Problem> {
    let scope = scope_in_force(&app, path.merchant_id, mode).await?;
    let offer = app.store().offer(scope.tenant(), path.offer_id).await?.offer.id;
    let cells = import_file::cells(&bytes).map_err(|unreadable| match unreadable {
        Unreadable::NotText => Problem::new(
            Kind::Unprocessable,
            "The file is no text: save it as CSV in UTF-8, not as a spreadsheet or in UTF-16.",
        ),
        Unreadable::TooManyRows => too_large(),
    })?;
    let mut answer =
        CodesImported { rows: cells.len(), accepted: 0, already_there: 0, refused: vec![] };
    let (mut codes, mut lines, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (line, cell) in cells {
        match CouponCode::parse(&cell) {
            Ok(code) if !seen.insert(code.clone()) => answer.already_there += 1,
            Ok(code) => {
                codes.push(code);
                lines.push(line);
            }
            Err(invalid) => answer.refused.push(RefusedCode::of(line, invalid.into())),
        }
    }
    let imported = app.store().import_codes(&scope, offer, &codes).await?;
    for (line, imported) in lines.into_iter().zip(imported) {
        match imported {
            Imported::New => answer.accepted += 1,
            Imported::There => answer.already_there += 1,
            Imported::Refused(invalid) => answer.refused.push(RefusedCode::of(line, invalid)),
        }
    }
    answer.refused.sort_by_key(|refused| refused.line);
    Ok(Json(answer))
}

impl RefusedCode {
    fn of(line: usize, invalid: DomainError) -> Self {
        Self { line, code: invalid.code(), detail: invalid.to_string() }
    }
}
