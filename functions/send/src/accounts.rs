//! The accounts at the providers. Each account has a client.
//!
//! An account's credentials are a secret. A client is cached for five minutes, so a rotated secret takes effect
//! within that time and without a deployment.

use domain::Instant;
use domain::merchant::provider::{ProviderAccount, ProviderName};
use https_client::HttpsClient;
use messaging::{BaseUrl, ProviderClient, Secret, providers};
use platform::clients::ReadSecret;
use std::collections::HashMap;
use std::sync::Arc;
use store::TtlCache;

const CACHED_SECONDS: i64 = 300;
/// How many accounts an instance caches.
const CACHED_ACCOUNTS: usize = 500;

/// The addresses of the providers' APIs.
pub struct ProviderUrls(HashMap<ProviderName, BaseUrl>);

impl ProviderUrls {
    /// Reads the address of each provider that the domain names.
    pub fn read<E>(read: impl Fn(ProviderName) -> Result<BaseUrl, E>) -> Result<Self, E> {
        let urls = ProviderName::ALL.into_iter().map(|provider| Ok((provider, read(provider)?)));
        Ok(Self(urls.collect::<Result<_, E>>()?))
    }
}

/// The accounts that an instance has used.
pub struct Accounts {
    https: HttpsClient,
    urls: ProviderUrls,
    read_secret: ReadSecret,
    clients: TtlCache<ProviderAccount, Arc<dyn ProviderClient>>,
}

/// Why an account cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccountError {
    /// The secret could not be read. A later attempt may succeed.
    #[error("the account's secret could not be read")]
    Unreachable(#[source] platform::StartError),
    /// There is no secret, or it does not hold the credentials that the provider needs. A person has to act.
    #[error("the account has no secret with the provider's credentials")]
    Unusable,
}

impl Accounts {
    /// Begins with an empty cache. `read_secret` reads the secret of an account by the account's code.
    #[must_use]
    pub fn new(https: HttpsClient, urls: ProviderUrls, read_secret: ReadSecret) -> Self {
        Self { https, urls, read_secret, clients: TtlCache::new(CACHED_SECONDS, CACHED_ACCOUNTS) }
    }

    /// The client of an account: at most 1 round trip in five minutes.
    pub(crate) async fn client(
        &self,
        account: &ProviderAccount,
        now: Instant,
    ) -> Result<Arc<dyn ProviderClient>, AccountError> {
        if let Some(client) = self.clients.get(account, now) {
            return Ok(client);
        }
        let ProviderAccount { provider, code } = account;
        let url = self.urls.0.get(provider).ok_or(AccountError::Unusable)?;
        let secret = (self.read_secret)(code.as_str()).await.map_err(AccountError::Unreachable)?;
        let secret = Secret::new(secret.ok_or(AccountError::Unusable)?);
        let client = providers::client(*provider, self.https.clone(), url.clone(), &secret)
            .map_err(|_| AccountError::Unusable)?;
        self.clients.insert(account.clone(), Arc::clone(&client), now);
        Ok(client)
    }
}
