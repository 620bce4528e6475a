//! The state of an instance, and the errors of the function.

use domain::merchant::provider::ProviderName;
use domain::{Credential, Instant, MerchantId};
use platform::queue::Failed;
use store::{Mode, Scope, Store, StoreError};

/// The clients of an instance.
pub struct App {
    /// The table.
    pub store: Store,
}

impl App {
    /// A merchant's data, for the events of a provider; `None` for a merchant that has left.
    pub(crate) async fn scope(
        &self,
        merchant: MerchantId,
        mode: Mode,
        provider: ProviderName,
        now: Instant,
    ) -> Result<Option<Scope>, OutcomeError> {
        match self.store.settings(merchant, now).await {
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
