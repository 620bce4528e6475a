//! Searches for unknown customers and receipts, counted by till. A till that tries one number after another is reported
//! by a log line, which raises the alarm `RepeatedMisses`.
//!
//! An instance counts in its own memory the requests that reach it. The count is enough to notice such a
//! till, costs no round trip, and is stored nowhere.

use domain::{Instant, KeyId};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The most searches for unknown customers and receipts within [`WINDOW`] that a till makes in normal use.
const MOST_MISSES: u32 = 30;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// The most tills that an instance counts at once.
const MOST_TILLS: usize = 1_000;

/// The misses of each till, by its key.
#[derive(Default)]
pub struct Misses(Mutex<HashMap<KeyId, Window>>);

struct Window {
    began: Instant,
    misses: u32,
}

impl Window {
    fn is_over(&self, now: Instant) -> bool {
        now.duration_since(self.began) >= WINDOW
    }
}

impl Misses {
    /// Counts a search for an unknown customer or receipt. The log line has the key and no number; it is written once
    /// a window.
    pub(crate) fn count(&self, key: KeyId, now: Instant) {
        if self.goes_over(key, now) {
            tracing::warn!(
                key = tracing::field::display(key),
                misses = MOST_MISSES + 1,
                "a till asks for one unknown number after another"
            );
        }
    }

    /// Counts a miss. `true` for the first miss over the limit in its window.
    fn goes_over(&self, key: KeyId, now: Instant) -> bool {
        let mut tills = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tills.len() >= MOST_TILLS && !tills.contains_key(&key) {
            tills.retain(|_, window| !window.is_over(now));
            let oldest = tills.iter().min_by_key(|(_, window)| window.began).map(|(key, _)| *key);
            if let Some(oldest) = oldest.filter(|_| tills.len() >= MOST_TILLS) {
                tills.remove(&oldest);
            }
        }
        let window = tills.entry(key).or_insert(Window { began: now, misses: 0 });
        if window.is_over(now) {
            *window = Window { began: now, misses: 0 };
        }
        window.misses = window.misses.saturating_add(1);
        window.misses == MOST_MISSES + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn key(number: u128) -> KeyId {
        KeyId::mint(at(0), number)
    }

    fn reports(misses: &Misses, key: KeyId, seconds: impl Iterator<Item = i64>) -> usize {
        seconds.filter(|second| misses.goes_over(key, at(*second))).count()
    }

    #[test]
    fn a_till_with_too_many_misses_is_reported_once_a_window() {
        let misses = Misses::default();
        assert_eq!(reports(&misses, key(1), 0..30), 0);
        assert_eq!(reports(&misses, key(2), 0..30), 0, "another till has its own count");
        assert_eq!(reports(&misses, key(1), 30..300), 1);
        assert_eq!(reports(&misses, key(1), 600..900), 1, "the next window");
    }

    #[test]
    fn a_till_with_a_miss_now_and_then_is_not_reported() {
        let misses = Misses::default();
        assert_eq!(reports(&misses, key(1), (0..86_400).step_by(30)), 0);
    }

    #[test]
    fn the_number_of_tills_that_are_counted_is_bounded() {
        let misses = Misses::default();
        for number in 0..2_000 {
            misses.goes_over(key(number), at(0));
        }
        assert_eq!(misses.0.lock().unwrap().len(), MOST_TILLS);
        assert_eq!(reports(&misses, key(9_999), 1..100), 1);
    }
}
