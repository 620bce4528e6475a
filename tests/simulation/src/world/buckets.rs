//! S3: the buckets, and the notifications of files that merchants put into the bucket of uploads.

use super::call::Call;
use super::network::through;
use super::{World, clock};
use crate::faults::ObjectFault;
use aws_fakes::{Fake as _, S3};
use bytes::Bytes;
use http::Response;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The bucket that merchants put files into.
pub(crate) const UPLOADS: &str = "uploads";
/// The bucket of plans and refused rows.
pub(crate) const REPORTS: &str = "reports";
/// The bucket of archives.
pub(crate) const ARCHIVES: &str = "archives";
/// The name of this work in the report.
pub(super) const OBJECT_CREATED: &str = "object_created";

/// The buckets.
#[derive(Default)]
pub(crate) struct Buckets(pub(crate) S3);

impl Buckets {
    pub(super) async fn answer(&self, call: &Call) -> Response<Bytes> {
        through(self.0.router(), call).await
    }
}

impl World {
    /// Puts a merchant's file into the bucket of uploads. S3 notifies `ingest`.
    pub fn put_upload(self: &Arc<Self>, key: &str, content: Bytes) {
        let size = content.len();
        let etag = self.buckets.0.put(UPLOADS, key, content);
        let record = json!({
            "eventName": "ObjectCreated:Put",
            "eventTime": clock::now().to_string(),
            "s3": {
                "bucket": {"name": UPLOADS},
                "object": {"key": key, "size": size, "eTag": etag},
            },
        });
        let body = json!({"Records": [record]}).to_string();
        let usual = Duration::from_secs(self.random(|random| random.u64(1..4)));
        let delays = match self.object_fault(OBJECT_CREATED) {
            Some(ObjectFault::Late(late)) => vec![late],
            Some(ObjectFault::Doubled(later)) => vec![usual, later],
            None => vec![usual],
        };
        for delay in delays {
            self.queues.send("uploads", body.clone(), delay);
        }
    }
}
