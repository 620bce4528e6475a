//! What an instance keeps of the table for a minute, as it keeps settings.

use domain::Instant;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

/// How long a value may be used without being read again.
const KEPT_SECONDS: i64 = 60;
/// How many values an instance keeps before it forgets them all.
const MOST_KEPT: usize = 500;

/// Values by their keys.
pub(crate) struct TtlCache<K, V>(Mutex<HashMap<K, (Instant, V)>>);

impl<K, V> Default for TtlCache<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> TtlCache<K, V> {
    pub(crate) fn get(&self, key: &K, now: Instant) -> Option<V> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, value) = kept.get(key)?;
        let age = now.as_second() - read_at.as_second();
        (0..KEPT_SECONDS).contains(&age).then(|| value.clone())
    }

    pub(crate) fn keep(&self, key: K, value: V, now: Instant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, (now, value));
    }

    pub(crate) fn forget(&self, key: &K) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
