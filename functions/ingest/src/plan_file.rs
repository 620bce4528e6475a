//! A file's plan as an object: written once by the arrival, read by every range.

use crate::app::{App, IngestError};
use crate::file::Plan;
use crate::objects::{self, Source};
use domain::{Instant, UploadId};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::Tenant;

/// Everything that the ranges of a file share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePlan {
    /// The establishment whose receipts it holds.
    pub(crate) establishment: String,
    /// The file as the merchant sent it.
    pub(crate) sent: Source,
    /// What is read: the file sent, or its expansion.
    pub(crate) read: Source,
    /// What binds the report to this version of the object.
    pub(crate) object_version: String,
    /// When the file was planned; no date in it may be later.
    pub(crate) planned_at: Instant,
    /// How it is written, and its ranges.
    pub(crate) plan: Plan,
}

/// The folder of what is ours about a file.
pub(crate) fn folder(tenant: Tenant, upload: UploadId) -> String {
    format!("{}/{}/{upload}", tenant.merchant, tenant.mode.as_str())
}

fn key(tenant: Tenant, upload: UploadId) -> String {
    format!("work/{}/plan.json", folder(tenant, upload))
}

impl FilePlan {
    /// Writes the plan: one call.
    ///
    /// # Errors
    /// [`IngestError::Object`] or [`IngestError::Plan`].
    pub(crate) async fn write(
        &self,
        app: &App,
        tenant: Tenant,
        upload: UploadId,
    ) -> Result<(), IngestError> {
        let body = serde_json::to_vec(self).map_err(|_| IngestError::Plan)?;
        objects::write(&app.s3, &app.reports_bucket, &key(tenant, upload), body).await?;
        Ok(())
    }

    /// Reads the plan, or takes the one kept from the last range.
    ///
    /// # Errors
    /// [`IngestError::Object`], or [`IngestError::Plan`] where there is none.
    pub(crate) async fn read(
        app: &App,
        tenant: Tenant,
        upload: UploadId,
    ) -> Result<Arc<Self>, IngestError> {
        if let Some(kept) = app.plan.get(upload) {
            return Ok(kept);
        }
        let body = objects::read_whole(&app.s3, &app.reports_bucket, &key(tenant, upload))
            .await?
            .ok_or(IngestError::Plan)?;
        let plan = Arc::new(serde_json::from_slice(&body).map_err(|_| IngestError::Plan)?);
        app.plan.keep(upload, &plan);
        Ok(plan)
    }
}
