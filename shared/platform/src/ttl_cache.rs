//! What an instance keeps for a while, so that a change elsewhere holds without a deployment.

use domain::Instant;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// Values by a key, each good for so many seconds.
pub struct TtlCache<K, V> {
    seconds: i64,
    values: Mutex<HashMap<K, (Instant, V)>>,
}

impl<K: Eq + Hash, V: Clone> TtlCache<K, V> {
    /// Nothing yet.
    #[must_use]
    pub fn new(seconds: i64) -> Self {
        Self { seconds, values: Mutex::default() }
    }

    /// A value that is still good.
    pub fn get(&self, key: &K, now: Instant) -> Option<V> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept_at, value) = values.get(key)?;
        let age = now.as_second() - kept_at.as_second();
        (0..self.seconds).contains(&age).then(|| value.clone())
    }

    /// Keeps a value from `now` on.
    pub fn keep(&self, key: K, value: V, now: Instant) {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).insert(key, (now, value));
    }
}
