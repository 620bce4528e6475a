//! The accounts at the providers. Each account has a reader of its callbacks.
//!
//! An account has one secret that sends and another one that proves callbacks. This function can read only the
//! second. A reader is cached for five minutes, so a rotated secret takes effect within that time and without a
//! deployment. An account without a usable secret is cached for a minute, so that calls to it cost nothing. The two
//! caches are apart: calls to invented accounts fill one of them and do not empty the other.

use domain::Instant;
use domain::merchant::provider::ProviderAccount;
use messaging::providers::callback::CallbackReader;
use messaging::{Secret, providers};
use platform::StartError;
use platform::clients::ReadSecret;
use std::sync::Arc;
use store::TtlCache;

const CACHED_SECONDS: i64 = 300;
/// How many accounts an instance caches.
const CACHED_ACCOUNTS: usize = 500;
/// The seconds for which an account without a usable secret stays one.
const UNUSABLE_SECONDS: i64 = 60;
/// How many accounts without a usable secret an instance caches: some 100 KB.
const UNUSABLE_ACCOUNTS: usize = 1_000;

/// The accounts that providers have called back to.
pub struct Accounts {
    read_secret: ReadSecret,
    readers: TtlCache<ProviderAccount, Arc<dyn CallbackReader>>,
    unusable: TtlCache<ProviderAccount, ()>,
}

impl Accounts {
    /// Begins with an empty cache. `read_secret` reads the secret of an account by the account's code.
    #[must_use]
    pub fn new(read_secret: ReadSecret) -> Self {
        Self {
            read_secret,
            readers: TtlCache::new(CACHED_SECONDS, CACHED_ACCOUNTS),
            unusable: TtlCache::new(UNUSABLE_SECONDS, UNUSABLE_ACCOUNTS),
        }
    }

    /// The reader of the callbacks to an account: at most 1 round trip in five minutes. `None` where there is no
    /// such account, or where its secret does not hold what verifies a callback of this provider: at most 1 round
    /// trip a minute.
    pub(crate) async fn callback_reader(
        &self,
        account: &ProviderAccount,
        now: Instant,
    ) -> Result<Option<Arc<dyn CallbackReader>>, StartError> {
        if let Some(reader) = self.readers.get(account, now) {
            return Ok(Some(reader));
        }
        if self.unusable.get(account, now).is_some() {
            return Ok(None);
        }
        let secret = (self.read_secret)(account.code.as_str()).await?.map(Secret::new);
        let reader =
            secret.and_then(|secret| providers::callback_reader(account.provider, &secret).ok());
        let Some(reader) = reader else {
            self.unusable.insert(account.clone(), (), now);
            return Ok(None);
        };
        self.readers.insert(account.clone(), Arc::clone(&reader), now);
        Ok(Some(reader))
    }
}
