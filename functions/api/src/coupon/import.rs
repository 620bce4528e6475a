//! Codes from a file: every row is accounted for, and the same file again changes nothing.

use crate::coupon::import_file::{self, MOST_ROWS, Unreadable};
use crate::coupon::scope_in_force;
use crate::merchant::mode::InMode;
use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::header::CONTENT_TYPE;
use domain::{CouponCode, DomainError};
use http_edge::body::LARGEST;
use http_edge::problem::Kind;
use http_edge::{Operator, Problem, Segments};
use serde::Serialize;
use std::collections::HashSet;
use store::Imported;
use utoipa::ToSchema;

/// A row that made no coupon.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefusedCode {
    /// The physical line, from 1.
    line: usize,
    /// Stable, for programs and for translation.
    #[schema(value_type = String, examples("coupon_code"))]
    code: &'static str,
    /// What is wrong with the row's code.
    #[schema(examples("must be 4 to 24 letters and digits"))]
    detail: String,
}

/// What became of a file's rows. Each is in exactly one of the others.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodesImported {
    /// Rows that hold something, a header left out.
    rows: usize,
    /// Codes that are coupons of the offer now.
    accepted: usize,
    /// Codes that were, or that stand in the file twice.
    already_there: usize,
    refused: Vec<RefusedCode>,
}

/// A body that says it is CSV.
pub(crate) struct CsvBody(Bytes);

impl<S: Send + Sync> FromRequest<S> for CsvBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let said = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = said.unwrap_or_default().split(';').next().unwrap_or_default();
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

/// Import codes of an offer from a file: one a row, in the column `code` or the first one, as UTF-8 or
/// Windows-1252. At most 10 000 rows and 1 MB: send a larger file in several parts. The same file again
/// changes nothing.
#[utoipa::path(
    operation_id = "import_coupon_codes",
    post, path = "/v1/merchants/{merchant_id}/offers/{offer_id}/imports", tag = "offers",
    security(("operator_key" = [])),
    params(
        ("merchant_id" = String, Path),
        ("offer_id" = String, Path),
        ("mode" = Option<String>, Query, description = "`live` by default, or `test`."),
    ),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, description = "What became of its rows.", body = CodesImported),
        (status = 409, description = "The merchant's contract has ended.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    Segments((merchant, offer)): Segments<(String, String)>,
    InMode(mode): InMode,
    CsvBody(bytes): CsvBody,
) -> Result<Json<CodesImported>, Problem> {
    let scope = scope_in_force(&app, &merchant, mode).await?;
    let offer = app.store().offer(scope.tenant(), identifiers::offer(&offer)?).await?.id;
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
