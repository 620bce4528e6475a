//! An invocation of a function, and how it ends: by its answer, or because Lambda stops it.

use super::function::Function;
use futures::future::{Either, select};
use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

tokio::task_local! {
    /// The invocation that the running code belongs to.
    static CURRENT: Arc<Invocation>;
}

/// One invocation.
pub(crate) struct Invocation {
    /// Counted from 1 in a run.
    pub(crate) number: u64,
    pub(crate) function: Function,
    /// What it does, as the report names it: an operation of the API, or the kind of a message.
    pub(crate) operation: &'static str,
    interruption: Mutex<Option<Interruption>>,
    interrupted: Notify,
    faults: AtomicU32,
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} #{}", self.function.name(), self.operation, self.number)
    }
}

/// What Lambda does to an invocation that has not answered.
#[derive(Debug, Clone, Copy)]
pub enum Interruption {
    /// The instance ends at once.
    Killed,
    /// The instance stands still for so long, and goes on where it was.
    Frozen(Duration),
    /// The instance stands still until the time limit of the function, and ends.
    Stalled,
}

/// Why an invocation has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The instance was killed.
    Killed,
    /// The time limit of the function passed.
    TimedOut,
}

impl Invocation {
    pub(crate) fn new(number: u64, function: Function, operation: &'static str) -> Arc<Self> {
        let (interruption, interrupted) = (Mutex::default(), Notify::new());
        let faults = AtomicU32::new(0);
        Arc::new(Self { number, function, operation, interruption, interrupted, faults })
    }

    /// The invocation that the caller belongs to; `None` outside any.
    pub(crate) fn current() -> Option<Arc<Self>> {
        CURRENT.try_with(Arc::clone).ok()
    }

    /// Notes a fault that this invocation met.
    pub(crate) fn note_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    /// The number of faults that this invocation met.
    pub(crate) fn faults(&self) -> u32 {
        self.faults.load(Ordering::Relaxed)
    }

    /// Interrupts this invocation where its handler waits next.
    pub(crate) fn interrupt(&self, interruption: Interruption) {
        *self.interruption.lock().unwrap_or_else(PoisonError::into_inner) = Some(interruption);
        self.interrupted.notify_one();
    }

    /// Runs a handler until its answer, its interruption or the time limit of its function.
    pub(crate) async fn run<T>(
        self: Arc<Self>,
        handler: impl Future<Output = T>,
    ) -> Result<T, Ended> {
        let limit = self.function.time_limit();
        let handler = pin!(CURRENT.scope(Arc::clone(&self), handler));
        let until_ended = async {
            let mut handler = handler;
            loop {
                let interrupted = pin!(self.interrupted.notified());
                match select(handler.as_mut(), interrupted).await {
                    Either::Left((answer, _)) => return Ok(answer),
                    Either::Right(_) => {
                        let interruption =
                            self.interruption.lock().unwrap_or_else(PoisonError::into_inner).take();
                        match interruption {
                            Some(Interruption::Killed) => return Err(Ended::Killed),
                            Some(Interruption::Frozen(pause)) => tokio::time::sleep(pause).await,
                            Some(Interruption::Stalled) => std::future::pending().await,
                            None => {}
                        }
                    }
                }
            }
        };
        tokio::time::timeout(limit, until_ended).await.unwrap_or(Err(Ended::TimedOut))
    }
}
