//! Failed look-ups, counted by key: searches for unknown customers, receipts and coupon codes, and enrolments at
//! a till of a mobile that a member has already. A key that tries one number after another is reported by a log
//! line, which raises the alarm `RepeatedMisses`.
//!
//! The count is in the table, so that it holds for all instances together. Only a failed look-up pays for it: 1
//! round trip and 1 write unit. Once a key is over the limit, an instance counts no more in the same window.
//!
//! Windows are fixed, and each count begins at 0. So a key can make 60 failed look-ups within ten minutes without
//! a report: 30 at the end of a window, and 30 at the beginning of the next one.

use domain::{Instant, KeyId};
use store::{ErrorChain, LOOKUP_WINDOW_SECONDS, Store, TtlCache};

/// The most failed look-ups within a window that a till makes in normal use.
const MOST_MISSES: u32 = 30;
/// The most keys over the limit that an instance remembers.
const MOST_KEYS: usize = 1_000;

/// The keys that are over the limit in the current window.
pub struct Misses {
    over_limit: TtlCache<(KeyId, i64), ()>,
}

impl Default for Misses {
    fn default() -> Self {
        Self { over_limit: TtlCache::new(LOOKUP_WINDOW_SECONDS, MOST_KEYS) }
    }
}

impl Misses {
    /// Counts a failed look-up. The log line has the key and no number; it is written once a window. A count that
    /// fails does not change the answer to the request.
    pub(crate) async fn count(&self, store: &Store, key: KeyId, now: Instant) {
        let window = (key, now.as_second().div_euclid(LOOKUP_WINDOW_SECONDS));
        if self.over_limit.get(&window, now).is_some() {
            return;
        }
        let misses = match store.count_failed_lookup(key, now).await {
            Ok(misses) => misses,
            Err(error) => {
                let error = ErrorChain(&error).to_string();
                tracing::warn!(error, "a failed look-up was not counted");
                return;
            }
        };
        if misses > MOST_MISSES {
            self.over_limit.insert(window, (), now);
        }
        if misses == MOST_MISSES + 1 {
            tracing::warn!(
                key = tracing::field::display(key),
                misses,
                "a till asks for one unknown number after another"
            );
        }
    }
}
