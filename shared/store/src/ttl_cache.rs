//! A per-instance cache with a time to live. A change made elsewhere takes effect once this time has passed.

use domain::Instant;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Values by their keys, each usable for a time after it was stored.
pub struct TtlCache<K, V> {
    seconds: i64,
    capacity: usize,
    entries: Mutex<HashMap<K, Entry<V>>>,
}

struct Entry<V> {
    stored_at: Instant,
    value: V,
}

impl<K: Eq + Hash, V: Clone> TtlCache<K, V> {
    /// An empty cache whose values can be used for `seconds`. One value more than `capacity` first empties
    /// the whole cache.
    #[must_use]
    pub fn new(seconds: i64, capacity: usize) -> Self {
        Self { seconds, capacity, entries: Mutex::default() }
    }

    /// The value of a key, where it was stored less than the time to live ago.
    pub fn get(&self, key: &K, now: Instant) -> Option<V> {
        let entries = self.entries();
        let Entry { stored_at, value } = entries.get(key)?;
        let age = now.as_second() - stored_at.as_second();
        (0..self.seconds).contains(&age).then(|| value.clone())
    }

    /// Stores a value.
    pub fn insert(&self, key: K, value: V, now: Instant) {
        let mut entries = self.entries();
        if entries.len() >= self.capacity {
            entries.clear();
        }
        entries.insert(key, Entry { stored_at: now, value });
    }

    /// Forgets the value of a key.
    pub fn remove(&self, key: &K) {
        self.entries().remove(key);
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<K, Entry<V>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    #[test]
    fn a_value_can_be_used_until_its_time_to_live_has_passed() {
        let cache = TtlCache::new(60, 10);
        cache.insert("key", "value", at(100));
        assert_eq!(cache.get(&"key", at(159)), Some("value"));
        assert_eq!(cache.get(&"key", at(160)), None);
        assert_eq!(cache.get(&"key", at(99)), None, "a clock that was set back trusts nothing");
    }

    #[test]
    fn a_removed_value_is_gone() {
        let cache = TtlCache::new(60, 10);
        cache.insert("key", "value", at(0));
        cache.remove(&"key");
        assert_eq!(cache.get(&"key", at(0)), None);
    }

    #[test]
    fn a_full_cache_is_emptied_before_it_grows() {
        let cache = TtlCache::new(60, 2);
        for key in 1..=3 {
            cache.insert(key, (), at(0));
        }
        assert_eq!([1, 2, 3].map(|key| cache.get(&key, at(0))), [None, None, Some(())]);
    }
}
