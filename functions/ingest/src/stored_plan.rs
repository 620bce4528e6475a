//! The plan of a file as an object: written once, before the ranges are queued, and read by every range.

use crate::context::{App, IngestError};
use crate::file_plan::FilePlan;
use crate::{keys, objects};
use domain::UploadId;
use std::sync::Arc;
use store::Tenant;

/// Writes a plan: 1 call. Returns its `ETag`.
pub(crate) async fn write(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
    plan: &FilePlan,
) -> Result<String, IngestError> {
    let body = serde_json::to_vec(plan).map_err(|_| IngestError::Plan)?;
    Ok(objects::write(&app.s3, &app.reports_bucket, &keys::plan(tenant, upload), body).await?)
}

/// Reads a plan: 1 call, or none where the cache has the plan of this `ETag`. Where the plan was written again since,
/// the newer plan is read: its ranges are the same.
pub(crate) async fn read(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
    etag: &str,
) -> Result<Arc<FilePlan>, IngestError> {
    if let Some(cached) = app.plan_cache.get(upload, etag) {
        return Ok(cached);
    }
    let stored = objects::read_whole(&app.s3, &app.reports_bucket, &keys::plan(tenant, upload))
        .await?
        .ok_or(IngestError::Plan)?;
    let plan = Arc::new(serde_json::from_slice(&stored.body).map_err(|_| IngestError::Plan)?);
    app.plan_cache.put(upload, stored.etag, &plan);
    Ok(plan)
}
