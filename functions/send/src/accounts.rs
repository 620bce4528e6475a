//! Accounts at the providers: their credentials are secrets, read when first needed and again after
//! five minutes, so that a rotation holds without a deployment.

use domain::Instant;
use domain::merchant::sender::{AccountCode, ProviderName};
use messaging::{BaseUrl, Brevo, Provider, Secret, Sinch, Transport};
use platform::clients::ReadSecret;
use platform::ttl_cache::TtlCache;
use serde::Deserialize;
use std::sync::Arc;

const KEPT_SECONDS: i64 = 300;

/// What Brevo needs of the secret's JSON; what it holds beyond that is another function's.
#[derive(Deserialize)]
struct BrevoCredentials {
    /// `xkeysib-…`.
    api_key: String,
}

/// What Sinch needs of it.
#[derive(Deserialize)]
struct SinchCredentials {
    /// The service plan.
    plan: String,
    /// The API token.
    token: String,
}

/// Where the providers are.
#[derive(Clone)]
pub struct ProviderUrls {
    /// Brevo, without `/v3`.
    pub brevo: BaseUrl,
    /// Sinch, without `/xms`.
    pub sinch: BaseUrl,
}

/// The accounts that an instance has used.
pub struct Accounts {
    transport: Transport,
    urls: ProviderUrls,
    read: ReadSecret,
    kept: TtlCache<(&'static str, AccountCode), Arc<dyn Provider>>,
}

/// Why an account cannot be used; a person has to act, except where the secret could not be reached.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountError {
    /// The secret could not be read.
    #[error("the account's secret could not be read")]
    Unreachable(#[source] platform::StartError),
    /// The secret is not what the provider needs.
    #[error("the account's secret does not hold the provider's credentials")]
    Unusable,
}

impl Accounts {
    /// No account yet; `read` is given an account's code.
    #[must_use]
    pub fn new(transport: Transport, urls: ProviderUrls, read: ReadSecret) -> Self {
        Self { transport, urls, read, kept: TtlCache::new(KEPT_SECONDS) }
    }

    /// The provider behind an account: at most 1 round trip in five minutes.
    ///
    /// # Errors
    /// [`AccountError`], one reason a variant.
    pub(crate) async fn provider(
        &self,
        name: ProviderName,
        account: &AccountCode,
        now: Instant,
    ) -> Result<Arc<dyn Provider>, AccountError> {
        let account_key = (name.as_str(), account.clone());
        if let Some(kept) = self.kept.get(&account_key, now) {
            return Ok(kept);
        }
        let secret = (self.read)(account.as_str()).await;
        let secret = Secret::new(secret.map_err(AccountError::Unreachable)?);
        let unusable = |_| AccountError::Unusable;
        let (transport, urls) = (self.transport.clone(), self.urls.clone());
        let provider: Arc<dyn Provider> = match name {
            ProviderName::Brevo => {
                let read: BrevoCredentials =
                    serde_json::from_str(secret.expose()).map_err(unusable)?;
                Arc::new(Brevo::new(transport, urls.brevo, Secret::new(read.api_key)))
            }
            ProviderName::Sinch => {
                let read: SinchCredentials =
                    serde_json::from_str(secret.expose()).map_err(unusable)?;
                let token = Secret::new(read.token);
                Arc::new(Sinch::new(transport, urls.sinch, read.plan, token))
            }
        };
        self.kept.keep(account_key, Arc::clone(&provider), now);
        Ok(provider)
    }
}
