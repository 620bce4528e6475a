//! The name of an object's content.

use serde::{Deserialize, Serialize};

/// One version of an object: its content never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ObjectVersion {
    /// The bucket.
    pub(crate) bucket: String,
    /// The key.
    pub(crate) key: String,
    /// The version, where the bucket keeps versions.
    pub(crate) version: Option<String>,
    /// The `ETag`. A read fails where the object has another one.
    pub(crate) etag: Option<String>,
}
