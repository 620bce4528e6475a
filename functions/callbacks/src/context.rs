//! The state of an instance.

use crate::accounts::Accounts;
use domain::Instant;
use std::sync::Arc;
use store::Store;

/// The clock. The clock of a test stands still.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The clients and the settings of an instance. Clones share them.
#[derive(Clone)]
pub struct App {
    /// The table, for the people who object.
    pub store: Store,
    /// The accounts that providers call back to.
    pub accounts: Arc<Accounts>,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// The address of the queue that receives the providers' events.
    pub outcomes_queue: String,
    /// The clock.
    pub clock: Clock,
}

impl App {
    pub(crate) fn now(&self) -> Instant {
        (self.clock)()
    }
}
