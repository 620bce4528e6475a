//! What providers prove themselves by: a part of the account's secret, read when first needed and
//! again after five minutes.

use domain::Instant;
use domain::merchant::sender::AccountCode;
use messaging::Secret;
use platform::StartError;
use platform::clients::ReadSecret;
use platform::ttl_cache::TtlCache;
use serde::Deserialize;
use std::sync::Arc;

const KEPT_SECONDS: i64 = 300;

/// The part of an account's secret that is this function's: what Brevo sends as its bearer token, or
/// what Sinch signs with.
#[derive(Deserialize)]
struct Held {
    callback_secret: String,
}

/// The accounts that called this instance.
pub struct Accounts {
    read: ReadSecret,
    kept: TtlCache<AccountCode, Arc<Secret>>,
}

impl Accounts {
    /// No account yet; `read` is given an account's code.
    #[must_use]
    pub fn new(read: ReadSecret) -> Self {
        Self { read, kept: TtlCache::new(KEPT_SECONDS) }
    }

    /// What the provider of an account proves itself by, or `None` for a secret that holds no such
    /// thing: at most 1 round trip in five minutes.
    ///
    /// # Errors
    /// [`StartError::Secret`].
    pub(crate) async fn secret(
        &self,
        account: &AccountCode,
        now: Instant,
    ) -> Result<Option<Arc<Secret>>, StartError> {
        if let Some(kept) = self.kept.get(account, now) {
            return Ok(Some(kept));
        }
        let secret = Secret::new((self.read)(account.as_str()).await?);
        let Ok(held) = serde_json::from_str::<Held>(secret.expose()) else { return Ok(None) };
        let secret = Arc::new(Secret::new(held.callback_secret));
        self.kept.keep(account.clone(), Arc::clone(&secret), now);
        Ok(Some(secret))
    }
}
