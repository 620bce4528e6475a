//! The state of an instance, and its errors.

use crate::archive::error::ArchiveError;
use crate::message::RetentionMessage;
use platform::queue::{Failed, QueueClient, QueueError};
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The buckets.
    pub s3: aws_sdk_s3::Client,
    /// The queue of this function.
    pub queue: QueueClient<RetentionMessage>,
    /// The bucket of the archives.
    pub archives_bucket: String,
    /// The stage of the deployment. The stage `live` never deletes by a simulated day.
    pub stage: String,
}

/// Why a piece of work was not completed.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The archive could not be written or read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The request cannot be accepted. The sentence says how to correct it.
    #[error("{0}")]
    Request(&'static str),
    /// The sweep failed for some members, each named in a log line. It succeeded for the others.
    #[error("the sweep failed for {0} members")]
    Members(u64),
}

impl From<RetentionError> for Failed {
    fn from(error: RetentionError) -> Self {
        Self::retry(error)
    }
}
