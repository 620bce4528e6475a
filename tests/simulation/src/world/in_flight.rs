//! How much work is in progress, so that a run can wait for its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The amount of work in progress.
#[derive(Default)]
pub(crate) struct InFlight(Arc<AtomicUsize>);

/// Work in progress, until this is dropped.
pub(super) struct Work(Arc<AtomicUsize>);

impl InFlight {
    #[must_use]
    pub(super) fn enter(&self) -> Work {
        self.0.fetch_add(1, Ordering::Relaxed);
        Work(Arc::clone(&self.0))
    }

    /// Whether nothing is in progress.
    pub(super) fn is_empty(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
