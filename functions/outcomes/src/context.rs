//! The state of an instance, and the errors of the function.

use domain::{Instant, MerchantId};
use platform::queue::Failed;
use store::{Mode, Scope, Store, StoreError};

/// The clients of an instance.
pub struct App {
    /// The table.
    pub store: Store,
}

impl App {
    /// A merchant's data, or `None` for a merchant that has left.
    pub(crate) async fn scope(
        &self,
        merchant: MerchantId,
        mode: Mode,
        now: Instant,
    ) -> Result<Option<Scope>, OutcomeError> {
        match self.store.settings(merchant, now).await {
            Ok(settings) => Ok(Some(Scope { settings, mode })),
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
