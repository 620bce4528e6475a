//! How many requests a till's key may make of one instance of the function, told in the headers of
//! draft-ietf-httpapi-ratelimit-headers-11.
//!
//! An instance knows only what came to itself: a count that all of them share would be a write for each
//! request, and a sale costs five. So this bounds what one key may take of one instance; what the
//! service takes as a whole is bounded by the stage of API Gateway, which answers without these headers.

use crate::Problem;
use crate::problem::Kind;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use domain::{Instant, KeyId};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// How many requests a second a key may go on with. A till waits for its answers, and makes no more than
/// that over the internet; an instance answers some 100, so that a key has half of it at the most.
const PER_SECOND: i64 = 50;
/// How many it may make at once after a silence of two seconds.
const BURST: i64 = 100;
/// After how many milliseconds one more is allowed.
const INTERVAL: i64 = 1_000 / PER_SECOND;
/// In how many milliseconds all of them are.
const WINDOW: i64 = BURST * INTERVAL;

/// How many keys are kept. An instance that answered one request a millisecond would know of 2,000 keys
/// that have used any of their quota.
const MOST_KEPT: usize = 2_000;

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The policy, as every answer tells it.
const POLICY: HeaderValue = HeaderValue::from_static("\"key\";q=100;w=2");

/// The buckets of the keys that called of late: for each, the millisecond at which it is full again.
#[derive(Default)]
pub struct RateLimits(Mutex<HashMap<KeyId, i64>>);

/// Where a key stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    remaining: i64,
    is_allowed: bool,
}

impl RateLimits {
    /// Counts a request of `key`.
    pub(crate) fn count(&self, key: KeyId, now: Instant) -> Standing {
        let now = now.as_millisecond();
        let mut full_at = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let used = full_at.get(&key).map_or(0, |at| (at - now).clamp(0, WINDOW));
        let is_allowed = used + INTERVAL <= WINDOW;
        let used = if is_allowed { used + INTERVAL } else { used };
        if full_at.len() >= MOST_KEPT {
            full_at.retain(|_, at| *at > now);
        }
        if full_at.len() >= MOST_KEPT {
            full_at.clear();
        }
        full_at.insert(key, now + used);
        Standing { remaining: (WINDOW - used) / INTERVAL, is_allowed }
    }
}

impl Standing {
    /// # Errors
    /// [`Kind::TooManyRequests`] where nothing was left.
    pub(crate) fn allowed(self) -> Result<(), Problem> {
        if self.is_allowed {
            Ok(())
        } else {
            let detail =
                "This key sends too many requests: wait a second, then send the same again.";
            Err(Problem::new(Kind::TooManyRequests, detail))
        }
    }

    /// Tells the policy, and what is left for the second to come.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        headers.insert(RATE_LIMIT_POLICY, POLICY);
        let told = format!("\"key\";r={};t=1", self.remaining);
        if let Ok(value) = HeaderValue::try_from(told) {
            headers.insert(RATE_LIMIT, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(number: u128) -> KeyId {
        KeyId::mint(Instant::UNIX_EPOCH, number)
    }

    fn at(milliseconds: i64) -> Instant {
        Instant::from_millisecond(milliseconds).unwrap()
    }

    #[test]
    fn the_policy_told_is_the_one_that_holds() {
        assert_eq!(POLICY, format!("\"key\";q={BURST};w={}", WINDOW / 1_000));
    }

    #[test]
    fn a_bucket_empties_and_fills_again_by_the_clock() {
        let limits = RateLimits::default();
        for left in (0..BURST).rev() {
            let standing = Standing { remaining: left, is_allowed: true };
            assert_eq!(limits.count(key(1), at(0)), standing);
        }
        let refused = Standing { remaining: 0, is_allowed: false };
        assert_eq!(limits.count(key(1), at(INTERVAL - 1)), refused);
        assert!(limits.count(key(1), at(INTERVAL)).is_allowed);
        assert_eq!(limits.count(key(1), at(INTERVAL + 1_000)).remaining, PER_SECOND - 1);
        assert_eq!(limits.count(key(1), at(60_000)).remaining, BURST - 1);
    }

    #[test]
    fn keys_do_not_share_a_bucket() {
        let limits = RateLimits::default();
        while limits.count(key(1), at(0)).is_allowed {}
        assert_eq!(limits.count(key(2), at(0)).remaining, BURST - 1);
    }

    #[test]
    fn a_clock_set_back_shuts_nobody_out() {
        let limits = RateLimits::default();
        limits.count(key(1), at(3_600_000));
        limits.count(key(1), at(0));
        assert!(limits.count(key(1), at(WINDOW)).is_allowed);
    }

    #[test]
    fn the_keys_kept_are_bounded() {
        let limits = RateLimits::default();
        for number in 0..10_000 {
            limits.count(key(number), at(0));
            assert!(limits.0.lock().unwrap().len() <= MOST_KEPT);
        }
    }

    proptest! {
        #[test]
        fn no_key_gets_more_than_its_burst_and_its_rate(gaps in prop::collection::vec(0_i64..40, 1..500)) {
            let limits = RateLimits::default();
            let (mut now, mut allowed) = (0, 0);
            for gap in gaps {
                now += gap;
                allowed += i64::from(limits.count(key(1), at(now)).is_allowed);
                prop_assert!(allowed <= BURST + now * PER_SECOND / 1_000);
            }
        }

        #[test]
        fn a_till_that_keeps_its_rate_is_never_refused(gaps in prop::collection::vec(INTERVAL..200, 1..500)) {
            let limits = RateLimits::default();
            let mut now = 0;
            for gap in gaps {
                now += gap;
                prop_assert!(limits.count(key(1), at(now)).is_allowed);
            }
        }
    }
}
