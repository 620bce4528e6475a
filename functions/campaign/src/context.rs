//! The state of an instance, and its errors.

use platform::messages::{BatchMessage, CampaignMessage};
use platform::queue::{Failed, QueueClient, QueueError};
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The queue of this function.
    pub campaigns: QueueClient<CampaignMessage>,
    /// The queue of `send`.
    pub sends: QueueClient<BatchMessage>,
}

/// Why a campaign could not be continued.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The text was saved under other rules. This failure is permanent.
    #[error("the campaign's text cannot be read")]
    Content,
}

impl From<CampaignError> for Failed {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Content => Self::Poison("a text that was saved under other rules"),
            CampaignError::Store(_) | CampaignError::Queue(_) => Self::retry(error),
        }
    }
}
