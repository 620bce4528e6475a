//! The state of an instance, and the errors of the function.

use domain::merchant::provider::{ProviderAccount, ProviderName};
use domain::{Credential, Instant, MerchantId};
use platform::queue::Failed;
use store::{Mode, Scope, Store, StoreError, Tenant};

/// The clients of an instance.
pub struct App {
    /// The table.
    pub store: Store,
}

impl App {
    /// The data of the merchant that an event names, where the merchant sends or has sent by the account whose
    /// callback brought the event: 1 round trip, 1 read unit. An account may not affect the merchants of another
    /// one.
    pub(crate) async fn scope_of_account(
        &self,
        account: &ProviderAccount,
        tenant: Tenant,
        now: Instant,
    ) -> Result<Option<Scope>, OutcomeError> {
        if !self.store.account_has_merchant(account, tenant.merchant).await? {
            tracing::warn!(
                account = account.code.as_str(),
                merchant = tracing::field::display(tenant.merchant),
                "an event names a merchant of another account"
            );
            return Ok(None);
        }
        self.scope(tenant.merchant, tenant.mode, account.provider, now).await
    }

    /// The data of a merchant of the account; `None` for a merchant that has left.
    pub(crate) async fn scope(
        &self,
        merchant: MerchantId,
        mode: Mode,
        provider: ProviderName,
        now: Instant,
    ) -> Result<Option<Scope>, OutcomeError> {
        match self.store.cached_settings(merchant, now).await {
            Ok(settings) => {
                let credential = Credential::Provider(provider);
                Ok(Some(Scope { settings, mode, credential }))
            }
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Why a message is not done yet. The message is delivered again.
#[derive(Debug, thiserror::Error)]
pub enum OutcomeError {
    /// A call to the table failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<OutcomeError> for Failed {
    fn from(error: OutcomeError) -> Self {
        Self::retry(error)
    }
}
