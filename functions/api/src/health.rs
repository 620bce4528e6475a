//! Whether the function answers at all. It asks nobody else.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

/// A sign of life.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(value_type = String, examples("ok"))]
    status: &'static str,
}

/// Whether the service answers.
#[utoipa::path(
    operation_id = "show_health",
    get, path = "/v1/health", tag = "service", security(()),
    responses((status = 200, description = "It does.", body = Health)),
)]
pub(crate) async fn show() -> Json<Health> {
    Json(Health { status: "ok" })
}
