//! The state of an instance, and its errors.

use crate::file_plan::PlanCache;
use crate::message::RangeMessage;
use crate::objects::ObjectError;
use domain::Instant;
use platform::queue::{Failed, QueueClient, QueueError};
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The buckets.
    pub s3: aws_sdk_s3::Client,
    /// The queue of ranges.
    pub ranges: QueueClient<RangeMessage>,
    /// The bucket of this function: plans, texts of files, refused rows.
    pub reports_bucket: String,
    /// The approximate length of a range.
    pub range_bytes: u64,
    /// The most bytes of a file.
    pub max_upload_bytes: u64,
    /// The most bytes of the text of a compressed file or a workbook.
    pub max_expanded_bytes: u64,
    /// The present instant, for the end of a file: a range or a plan takes minutes, and `now` is its start.
    pub clock: fn() -> Instant,
    /// The plan of the file whose range was ingested last. Its other ranges are likely to follow.
    pub plan_cache: PlanCache,
}

/// Why a message was not handled.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A call to a bucket failed.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// The temporary file of a conversion could not be written or read.
    #[error("a temporary file could not be written or read")]
    Scratch,
    /// A message could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The plan is missing, or could not be written or read as JSON.
    #[error("a file's plan could not be read or written")]
    Plan,
}

impl From<IngestError> for Failed {
    fn from(error: IngestError) -> Self {
        Self::retry(error)
    }
}
