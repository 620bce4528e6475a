//! The accounts at the providers. Each account has a reader of its callbacks.
//!
//! An account has one secret that sends and another one that proves callbacks. This function can read only the
//! second. A reader is cached for five minutes, so a rotated secret takes effect within that time and without a
//! deployment.

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

/// The accounts that providers have called back to.
pub struct Accounts {
    read_secret: ReadSecret,
    readers: TtlCache<ProviderAccount, Arc<dyn CallbackReader>>,
}

impl Accounts {
    /// Begins with an empty cache. `read_secret` reads the secret of an account by the account's code.
    #[must_use]
    pub fn new(read_secret: ReadSecret) -> Self {
        Self { read_secret, readers: TtlCache::new(CACHED_SECONDS, CACHED_ACCOUNTS) }
    }

    /// The reader of the callbacks to an account: at most 1 round trip in five minutes. `None` where the account's
    /// secret does not hold what verifies a callback of this provider; `None` is not cached and costs 1 round trip
    /// each time.
    pub(crate) async fn callback_reader(
        &self,
        account: &ProviderAccount,
        now: Instant,
    ) -> Result<Option<Arc<dyn CallbackReader>>, StartError> {
        if let Some(reader) = self.readers.get(account, now) {
            return Ok(Some(reader));
        }
        let secret = Secret::new((self.read_secret)(account.code.as_str()).await?);
        let Ok(reader) = providers::callback_reader(account.provider, &secret) else {
            return Ok(None);
        };
        self.readers.insert(account.clone(), Arc::clone(&reader), now);
        Ok(Some(reader))
    }
}
