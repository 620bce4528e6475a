//! The state of an instance, and its errors.

use crate::client::WebhookClient;
use crate::message::UnreadableRecord;
use domain::WebhookId;
use platform::messages::WebhookMessage;
use platform::queue::{Failed, QueueClient, QueueError};
use store::{Store, StoreError, TtlCache};

/// The seconds after a noted success in which no further success of the same endpoint is noted.
const NOTED_SECONDS: i64 = 60;
/// How many webhooks an instance remembers.
const NOTED_WEBHOOKS: usize = 500;

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The queue of this function.
    pub webhooks: QueueClient<WebhookMessage>,
    /// The dead-letter queue of the table's stream.
    pub dead_letters: QueueClient<UnreadableRecord>,
    /// The client of merchants' endpoints.
    pub client: WebhookClient,
    /// The endpoints whose success was noted in the last minute.
    pub(crate) noted: TtlCache<WebhookId, ()>,
}

/// Why a piece of work is not done. Its message is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A message could not be queued.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The endpoint did not accept the event.
    #[error("the endpoint did not accept the event: {0}")]
    NotAccepted(String),
}

impl From<WebhookError> for Failed {
    fn from(error: WebhookError) -> Self {
        Self::retry(error)
    }
}

impl App {
    /// A new instance, with an empty cache.
    #[must_use]
    pub fn new(
        store: Store,
        webhooks: QueueClient<WebhookMessage>,
        dead_letters: QueueClient<UnreadableRecord>,
        client: WebhookClient,
    ) -> Self {
        Self {
            store,
            webhooks,
            dead_letters,
            client,
            noted: TtlCache::new(NOTED_SECONDS, NOTED_WEBHOOKS),
        }
    }
}
