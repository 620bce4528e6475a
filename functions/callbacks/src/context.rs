//! The state of an instance.

use crate::accounts::Accounts;
use domain::Instant;
use platform::messages::ProviderEventsMessage;
use platform::queue::QueueClient;
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
    /// The queue that receives the providers' events.
    pub outcomes: Arc<QueueClient<ProviderEventsMessage>>,
    /// The clock.
    pub clock: Clock,
}

impl App {
    pub(crate) fn now(&self) -> Instant {
        (self.clock)()
    }
}
