//! The plan of a file as an object: written once, before the ranges are queued, and read by every range.

use crate::context::{App, IngestError};
use crate::file_plan::FilePlan;
use crate::{keys, objects};
use domain::UploadId;
use std::sync::Arc;
use store::Tenant;

/// Writes a plan: 1 call.
pub(crate) async fn write(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
    plan: &FilePlan,
) -> Result<(), IngestError> {
    let body = serde_json::to_vec(plan).map_err(|_| IngestError::Plan)?;
    objects::write(&app.s3, &app.reports_bucket, &keys::plan(tenant, upload), body).await?;
    Ok(())
}

/// Reads a plan: 1 call, or none where the cache has the plan.
pub(crate) async fn read(
    app: &App,
    tenant: Tenant,
    upload: UploadId,
) -> Result<Arc<FilePlan>, IngestError> {
    if let Some(cached) = app.plan_cache.get(upload) {
        return Ok(cached);
    }
    let body = objects::read_whole(&app.s3, &app.reports_bucket, &keys::plan(tenant, upload))
        .await?
        .ok_or(IngestError::Plan)?;
    let plan = Arc::new(serde_json::from_slice(&body).map_err(|_| IngestError::Plan)?);
    app.plan_cache.put(upload, &plan);
    Ok(plan)
}
