//! Which faults happened to which operations.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How often each fault happened to each operation.
#[derive(Default)]
pub struct Coverage(Mutex<Pairs>);

/// Counts by operation and fault.
pub type Pairs = BTreeMap<(&'static str, &'static str), u64>;

impl Coverage {
    pub(crate) fn count(&self, operation: &'static str, fault: &'static str) {
        let mut pairs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *pairs.entry((operation, fault)).or_default() += 1;
    }

    /// The counts until now.
    #[must_use]
    pub fn pairs(&self) -> Pairs {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
