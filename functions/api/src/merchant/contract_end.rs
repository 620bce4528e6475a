//! The end of a merchant's contract: from the day after it the merchant's keys and files are refused, and
//! what it leaves is archived and taken out of the table.

use crate::openapi::{BodyRefusals, OperatorRefusals};
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Merchant, retention};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// When a merchant's contract ends.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ContractEnd)]
pub(crate) struct End {
    /// Its last day, in Europe/Paris: today or later, within 5 years.
    #[schema(format = Date, examples("2026-11-30"))]
    ended_on: String,
}

/// Tell the last day of a merchant's contract, in the place of another one.
#[utoipa::path(
    operation_id = "put_contract_end",
    put, path = "/v1/merchants/{merchant_id}/contract-end", tag = "merchants",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    request_body = End,
    responses(
        (status = 200, description = "The contract's end.", body = End),
        (status = 409, description = "What the merchant left is being archived.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
    JsonBody(end): JsonBody<End>,
) -> Result<Json<End>, Problem> {
    let (now, merchant) = (app.now(), identifiers::merchant(&merchant)?);
    let mut fields = Fields::default();
    let last = Merchant::contract_end(&end.ended_on, retention::day_of(now));
    let Some(last) = fields.check("/ended_on", last) else {
        return Err(fields.refuse());
    };
    app.store().settings_fresh(merchant, now).await?;
    app.store().end_contract(merchant, last).await?;
    Ok(Json(End { ended_on: last.to_string() }))
}

/// Take the end of a merchant's contract back, as long as archiving has not begun.
#[utoipa::path(
    operation_id = "delete_contract_end",
    delete, path = "/v1/merchants/{merchant_id}/contract-end", tag = "merchants",
    security(("operator_key" = [])),
    params(("merchant_id" = String, Path)),
    responses(
        (status = 204, description = "The contract goes on."),
        (status = 409, description = "What the merchant left is being archived.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        OperatorRefusals,
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    _: Operator,
    Segments(merchant): Segments<String>,
) -> Result<StatusCode, Problem> {
    let merchant = identifiers::merchant(&merchant)?;
    app.store().settings_fresh(merchant, app.now()).await?;
    app.store().resume_contract(merchant).await?;
    Ok(StatusCode::NO_CONTENT)
}
