//! The state of an instance, and its errors.

use crate::message::FollowupsMessage;
use platform::queue::{Failed, QueueClient, QueueError};
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The queue of this function.
    pub queue: QueueClient<FollowupsMessage>,
    /// The stage of the deployment. The stage `live` never accepts a simulated day.
    pub stage: String,
}

/// Why a piece of work was not completed.
#[derive(Debug, thiserror::Error)]
pub enum FollowupsError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The request cannot be accepted. The sentence says how to correct it.
    #[error("{0}")]
    Request(&'static str),
    /// The daily run failed for some members, each named in a log line. It succeeded for the others.
    #[error("the daily run failed for {0} members")]
    Members(u64),
}

impl From<FollowupsError> for Failed {
    fn from(error: FollowupsError) -> Self {
        Self::retry(error)
    }
}
