//! The operator creates a merchant.

use crate::context::App;
use crate::merchant::request::NewMerchant;
use crate::merchant::response::MerchantAnswer;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Credential, MerchantId, retention};
use http_edge::{JsonBody, Operator, Problem};

/// Create a merchant.
///
/// The reference identifies the contract: the same request again creates nothing.
#[utoipa::path(
    operation_id = "create_merchant",
    post, path = "/v1/merchants", tag = "merchants",
    request_body = NewMerchant,
    responses(
        (status = 201, description = "The new merchant.", body = MerchantAnswer),
        (status = 200, description = "The merchant that an earlier request with the same content created.",
         body = MerchantAnswer),
        (status = 409, description = "The reference belongs to a merchant with another content."),
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    _: Operator,
    JsonBody(new): JsonBody<NewMerchant>,
) -> Result<(StatusCode, Json<MerchantAnswer>), Problem> {
    let now = app.now();
    let (merchant, programme) =
        new.read(MerchantId::mint(now, app.random()?), retention::day_of(now))?;
    let (settings, is_new) = app
        .store()
        .create_merchant(&merchant, &programme, Credential::Operator, now)
        .await
        .map_err(|error| Problem::from(error).at("/reference"))?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(MerchantAnswer::of(&settings))))
}
