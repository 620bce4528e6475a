//! The state of the sandbox.

use crate::callback_queue::PostCallback;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::outbox::Outbox;
use crate::provider::Provider;
use jiff::Timestamp;
use std::sync::Arc;

/// The state that all providers share.
pub(crate) struct Core {
    pub(crate) clock: Clock,
    pub(crate) post: PostCallback,
    pub(crate) outbox: Outbox,
    pub(crate) faults: Arc<Faults>,
}

impl Core {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

/// The state of the sandbox's own pages and control calls.
pub(crate) struct Context {
    pub(crate) core: Arc<Core>,
    pub(crate) providers: Vec<Arc<dyn Provider>>,
}

pub(crate) type App = Arc<Context>;
