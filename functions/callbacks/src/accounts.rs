//! What providers prove themselves by: a part of the account's secret, read when first needed and
//! again after five minutes.

use domain::Instant;
use domain::sender::AccountCode;
use messaging::Secret;
use platform::StartError;
use serde::Deserialize;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

const KEPT_SECONDS: i64 = 300;

/// The part of an account's secret that is this function's: what Brevo sends as its bearer token, or
/// what Sinch signs with.
#[derive(Deserialize)]
struct Held {
    callback_secret: String,
}

/// Reads the secret of an account.
pub type ReadSecret = Box<
    dyn Fn(String) -> Pin<Box<dyn Future<Output = Result<String, StartError>> + Send>>
        + Send
        + Sync,
>;

/// The accounts that called this instance.
pub struct Accounts {
    read: ReadSecret,
    kept: Mutex<HashMap<AccountCode, (Instant, Arc<Secret>)>>,
}

impl Accounts {
    /// No account yet; `read` is given an account's code.
    #[must_use]
    pub fn new(read: ReadSecret) -> Self {
        Self { read, kept: Mutex::default() }
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
        if let Some(kept) = self.kept(account, now) {
            return Ok(Some(kept));
        }
        let secret = Secret::new((self.read)(account.as_str().to_owned()).await?);
        let Ok(held) = serde_json::from_str::<Held>(secret.expose()) else { return Ok(None) };
        let secret = Arc::new(Secret::new(held.callback_secret));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(account.clone(), (now, Arc::clone(&secret)));
        Ok(Some(secret))
    }

    fn kept(&self, account: &AccountCode, now: Instant) -> Option<Arc<Secret>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, secret) = kept.get(account)?;
        let age = now.as_second() - read_at.as_second();
        (0..KEPT_SECONDS).contains(&age).then(|| Arc::clone(secret))
    }
}
