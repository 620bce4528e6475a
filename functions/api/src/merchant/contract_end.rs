//! The end of a merchant's contract. From the day after, the merchant's keys and files are refused, and
//! its data is archived and deleted from the table.

use crate::context::App;
use crate::parameters::MerchantPath;
use crate::schema::Date;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Credential, Merchant, retention};
use http_edge::{Fields, JsonBody, Operator, Problem, Segments};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The end of a merchant's contract.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContractEnd {
    /// The last day of the contract, in the time zone Europe/Paris: today or later, within 5 years.
    #[schema(value_type = Date)]
    ended_on: String,
}

/// Set the last day of a merchant's contract.
///
/// A new day replaces the one that was set before.
#[utoipa::path(
    operation_id = "put_contract_end",
    put, path = "/v1/merchants/{merchant_id}/contract-end", tag = "merchants",
    params(MerchantPath),
    request_body = ContractEnd,
    responses(
        (status = 200, description = "The end of the contract.", body = ContractEnd),
        (status = 409, description = "The merchant's data is being archived."),
    ),
)]
pub(crate) async fn put(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
    JsonBody(end): JsonBody<ContractEnd>,
) -> Result<Json<ContractEnd>, Problem> {
    let (now, merchant) = (app.now(), path.merchant_id);
    let mut fields = Fields::default();
    let last = Merchant::contract_end(&end.ended_on, retention::day_of(now));
    let Some(last) = fields.check("/ended_on", last) else {
        return Err(fields.refuse());
    };
    app.store().settings_fresh(merchant, now).await?;
    app.store().end_contract(merchant, last, Credential::Operator).await?;
    Ok(Json(ContractEnd { ended_on: last.to_string() }))
}

/// Remove the end of a merchant's contract, as long as archiving has not begun.
#[utoipa::path(
    operation_id = "delete_contract_end",
    delete, path = "/v1/merchants/{merchant_id}/contract-end", tag = "merchants",
    params(MerchantPath),
    responses(
        (status = 204, description = "The contract has no end."),
        (status = 409, description = "The merchant's data is being archived."),
    ),
)]
pub(crate) async fn delete(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
) -> Result<StatusCode, Problem> {
    app.store().settings_fresh(path.merchant_id, app.now()).await?;
    app.store().resume_contract(path.merchant_id, Credential::Operator).await?;
    Ok(StatusCode::NO_CONTENT)
}
