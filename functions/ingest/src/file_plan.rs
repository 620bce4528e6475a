//! The plan of a file, which all its ranges share.

use crate::file::Plan;
use crate::file_note::FileNote;
use crate::objects::ObjectVersion;
use domain::{EstablishmentId, Instant, UploadId};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The plan of a file, and everything else that its ranges share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FilePlan {
    /// The establishment of the receipts.
    pub(crate) establishment: EstablishmentId,
    /// The file as the merchant sent it.
    pub(crate) sent: ObjectVersion,
    /// The object that the ranges read: the file sent, or its text.
    pub(crate) read: ObjectVersion,
    /// What the merchant should know about the file.
    pub(crate) note: Option<FileNote>,
    /// The version of the file sent, which the report is bound to.
    pub(crate) object_version: String,
    /// When the file was planned. No date in the file may be later.
    pub(crate) planned_at: Instant,
    /// The format of the file, and its ranges.
    pub(crate) plan: Plan,
}

/// The plan of one file, cached between invocations with the `ETag` of its object.
#[derive(Default)]
pub struct PlanCache(Mutex<Option<CachedPlan>>);

struct CachedPlan {
    upload: UploadId,
    etag: String,
    plan: Arc<FilePlan>,
}

impl PlanCache {
    pub(crate) fn get(&self, upload: UploadId, etag: &str) -> Option<Arc<FilePlan>> {
        let cached = self.cached();
        let cached = cached.as_ref().filter(|one| one.upload == upload && one.etag == etag);
        cached.map(|one| Arc::clone(&one.plan))
    }

    pub(crate) fn put(&self, upload: UploadId, etag: String, plan: &Arc<FilePlan>) {
        *self.cached() = Some(CachedPlan { upload, etag, plan: Arc::clone(plan) });
    }

    /// Forgets the plan: an object that the plan names has changed.
    pub(crate) fn clear(&self) {
        *self.cached() = None;
    }

    fn cached(&self) -> MutexGuard<'_, Option<CachedPlan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
