//! The service itself: a sign of life, and the OpenAPI document.
//!
//! The served document is the golden file `openapi.json`, which a test generates from the code. `build.rs`
//! compresses the file; the generator is not part of the binary.

use axum::Json;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use flate2::read::DeflateDecoder;
use http_edge::Problem;
use serde::Serialize;
use std::io::Read as _;
use utoipa::ToSchema;

/// The golden file, compressed by `build.rs`.
const DOCUMENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/openapi.deflate"));

/// A sign of life.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// The word `ok`, always.
    #[schema(value_type = String, examples("ok"))]
    status: &'static str,
}

/// Show that the service answers.
///
/// Nothing else is asked.
#[utoipa::path(
    operation_id = "show_health",
    get, path = "/v1/health", tag = "service",
    responses((status = 200, description = "The service answers.", body = Health)),
)]
pub(crate) async fn show_health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// Show this OpenAPI document.
#[utoipa::path(
    operation_id = "show_document",
    get, path = "/v1/openapi.json", tag = "service",
    responses((status = 200, description = "The OpenAPI document.", body = serde_json::Value)),
)]
pub(crate) async fn show_document() -> Result<impl IntoResponse, Problem> {
    let mut document = Vec::new();
    let read = DeflateDecoder::new(DOCUMENT).read_to_end(&mut document);
    read.map_err(|error| Problem::defect(error.to_string()))?;
    Ok(([(CONTENT_TYPE, "application/json")], document))
}
