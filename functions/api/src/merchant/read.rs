//! The operator reads a merchant.

use crate::context::App;
use crate::merchant::response::MerchantAnswer;
use crate::parameters::MerchantPath;
use axum::Json;
use axum::extract::State;
use http_edge::{Operator, Problem, Segments};

/// Show a merchant with its establishments, programmes, senders and keys.
#[utoipa::path(
    operation_id = "show_merchant",
    get, path = "/v1/merchants/{merchant_id}", tag = "merchants",
    params(MerchantPath),
    responses((status = 200, description = "The merchant with its settings.", body = MerchantAnswer)),
)]
pub(crate) async fn show(
    State(app): State<App>,
    _: Operator,
    Segments(path): Segments<MerchantPath>,
) -> Result<Json<MerchantAnswer>, Problem> {
    let settings = app.store().settings_fresh(path.merchant_id, app.now()).await?;
    Ok(Json(MerchantAnswer::of(&settings)))
}
