//! The state of an instance.

use domain::Instant;
use platform::messages::NoticeMessage;
use platform::queue::QueueClient;
use std::sync::Arc;
use store::Store;

/// The clock. The clock of a test stands still.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The clients and the settings of an instance. Clones share them.
#[derive(Clone)]
pub struct App {
    /// The table.
    pub store: Store,
    /// The queue of the function that sends codes.
    pub notices: Arc<QueueClient<NoticeMessage>>,
    /// The clock.
    pub clock: Clock,
    /// The origin of the pages: `https://` and the host.
    pub origin: Arc<str>,
    /// The most codes that a merchant sends in a day.
    pub codes_of_day: u32,
}

impl App {
    pub(crate) fn now(&self) -> Instant {
        (self.clock)()
    }

    /// The host of the pages, as the last line of an SMS with a code names it.
    pub(crate) fn host(&self) -> &str {
        self.origin.split_once("://").map_or(&*self.origin, |(_, host)| host)
    }
}
