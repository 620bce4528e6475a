//! Keys that were rejected a moment ago. A key that is sent again and again costs one read a minute on an instance,
//! and forged keys of one merchant cost a bounded number of reads.

use domain::{Instant, MerchantId};
use sha2::{Digest, Sha256};
use store::TtlCache;

/// The seconds for which an instance remembers a rejection.
const SECONDS: i64 = 60;
/// The most rejected keys, and the most unknown merchants, that an instance remembers: under 1 MB each.
const MOST: usize = 5_000;
/// The most times that unknown keys of one merchant make an instance read the settings again before a minute
/// without them. A new key is then accepted once the cached settings are a minute old.
const MOST_REFRESHES: u32 = 10;

/// The rejections of an instance.
pub(crate) struct RejectedKeys {
    keys: TtlCache<[u8; 32], ()>,
    merchants: TtlCache<MerchantId, ()>,
    refreshes: TtlCache<MerchantId, u32>,
}

impl Default for RejectedKeys {
    fn default() -> Self {
        Self {
            keys: TtlCache::new(SECONDS, MOST),
            merchants: TtlCache::new(SECONDS, MOST),
            refreshes: TtlCache::new(SECONDS, MOST),
        }
    }
}

impl RejectedKeys {
    pub(crate) fn has(&self, token: &str, merchant: MerchantId, now: Instant) -> bool {
        self.merchants.get(&merchant, now).is_some() || self.keys.get(&hash(token), now).is_some()
    }

    pub(crate) fn reject(&self, token: &str, now: Instant) {
        self.keys.insert(hash(token), (), now);
    }

    pub(crate) fn reject_merchant(&self, merchant: MerchantId, now: Instant) {
        self.merchants.insert(merchant, (), now);
    }

    /// Whether an unknown key of the merchant may make the instance read the settings again.
    pub(crate) fn may_refresh(&self, merchant: MerchantId, now: Instant) -> bool {
        let refreshes = self.refreshes.get(&merchant, now).unwrap_or_default();
        if refreshes >= MOST_REFRESHES {
            return false;
        }
        self.refreshes.insert(merchant, refreshes + 1, now);
        true
    }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Instant {
        Instant::from_second(second).unwrap()
    }

    fn merchant(number: u128) -> MerchantId {
        MerchantId::mint(at(0), number)
    }

    #[test]
    fn a_rejection_is_remembered_for_a_minute() {
        let rejected = RejectedKeys::default();
        rejected.reject("a key", at(0));
        rejected.reject_merchant(merchant(2), at(0));
        assert!(rejected.has("a key", merchant(1), at(59)));
        assert!(!rejected.has("another", merchant(1), at(59)));
        assert!(rejected.has("another", merchant(2), at(59)));
        assert!(!rejected.has("a key", merchant(1), at(60)));
    }

    #[test]
    fn unknown_keys_of_a_merchant_refresh_its_settings_a_bounded_number_of_times() {
        let rejected = RejectedKeys::default();
        let refreshed = (0..100).filter(|_| rejected.may_refresh(merchant(1), at(0))).count();
        assert_eq!(refreshed, 10);
        assert!(rejected.may_refresh(merchant(2), at(0)));
        assert!(rejected.may_refresh(merchant(1), at(60)));
    }
}
