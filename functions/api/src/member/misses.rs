//! Misses at the tills: whoever tries one number after another is told to the operator by a log line,
//! from which an alarm is fed.
//!
//! They are counted in the memory of one instance of the function, and so of the requests that reached
//! it: enough to notice, and nothing that a till waits for or that is kept.

use crate::App;
use domain::{Instant, KeyId};
use http_edge::problem::Kind;
use http_edge::{Problem, Till};
use jiff::SignedDuration;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A till that asks in vain more often within [`WINDOW`] is not asking for its customers.
const MOST_MISSES: u32 = 30;
const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// The most tills that are counted at once.
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
    /// Counts that a till asked for somebody whom nobody knows. One line a window: the key, no contact.
    fn note(&self, key: KeyId, now: Instant) {
        if self.goes_over(key, now) {
            tracing::warn!(
                key = tracing::field::display(key),
                misses = MOST_MISSES + 1,
                "a till asks for one unknown number after another"
            );
        }
    }

    /// Counts a miss: `true` for the one of its window that is too many.
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

impl App {
    /// The refusal of a customer whom a till named, counted where there is no such member.
    pub(crate) fn missed(&self, till: &Till, refusal: Problem) -> Problem {
        if refusal.kind() == Kind::NotFound {
            self.misses.note(till.key, self.now());
        }
        refusal
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

    fn told(misses: &Misses, key: KeyId, seconds: impl Iterator<Item = i64>) -> usize {
        seconds.filter(|second| misses.goes_over(key, at(*second))).count()
    }

    #[test]
    fn so_many_misses_of_one_till_are_told_once_a_window() {
        let misses = Misses::default();
        assert_eq!(told(&misses, key(1), 0..30), 0);
        assert_eq!(told(&misses, key(2), 0..30), 0, "another till has its own count");
        assert_eq!(told(&misses, key(1), 30..300), 1);
        assert_eq!(told(&misses, key(1), 600..900), 1, "the next window");
    }

    #[test]
    fn a_till_that_misses_now_and_then_is_not_told() {
        let misses = Misses::default();
        assert_eq!(told(&misses, key(1), (0..86_400).step_by(30)), 0);
    }

    #[test]
    fn no_more_tills_are_counted_than_memory_is_meant_for() {
        let misses = Misses::default();
        for number in 0..2_000 {
            misses.goes_over(key(number), at(0));
        }
        assert_eq!(misses.0.lock().unwrap().len(), MOST_TILLS);
        assert_eq!(told(&misses, key(9_999), 1..100), 1);
    }
}
