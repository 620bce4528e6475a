//! The plan of a file, which all its ranges share.

use crate::file::Plan;
use crate::objects::ObjectVersion;
use domain::{EstablishmentId, Instant, UploadId};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};

/// The plan of a file, and everything else that its ranges share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePlan {
    /// The establishment of the receipts.
    pub(crate) establishment: EstablishmentId,
    /// The file as the merchant sent it.
    pub(crate) sent: ObjectVersion,
    /// The object that the ranges read: the file sent, or its expansion.
    pub(crate) read: ObjectVersion,
    /// The version of the file sent, which the report is bound to.
    pub(crate) object_version: String,
    /// When the file was planned. No date in the file may be later.
    pub(crate) planned_at: Instant,
    /// The format of the file, and its ranges.
    pub(crate) plan: Plan,
}

/// The plan of one file, cached between invocations.
#[derive(Default)]
pub struct PlanCache(Mutex<Option<(UploadId, Arc<FilePlan>)>>);

impl PlanCache {
    pub(crate) fn get(&self, upload: UploadId) -> Option<Arc<FilePlan>> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.as_ref().filter(|(id, _)| *id == upload).map(|(_, plan)| Arc::clone(plan))
    }

    pub(crate) fn put(&self, upload: UploadId, plan: &Arc<FilePlan>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((upload, Arc::clone(plan)));
    }
}
