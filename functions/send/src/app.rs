//! What an instance of the function holds, and what it does with a message.

use crate::accounts::Accounts;
use crate::allowed::Allowed;
use crate::batch;
use crate::hours::Hours;
use domain::Instant;
use platform::messages::BatchMessage;
use platform::queue::Failed;
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The accounts at the providers.
    pub accounts: Accounts,
    /// Who may be written to.
    pub allowed: Allowed,
    /// When SMS may go.
    pub hours: Hours,
    /// Where the links in messages lead: the address of the HTTP API, without a slash at its end.
    pub public_url: String,
}

/// Why a batch is not done yet; its message comes again.
#[derive(Debug, thiserror::Error)]
pub enum SendFailure {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The account's secret could not be reached.
    #[error("the provider's account could not be read")]
    Account(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another instance has the batch.
    #[error("another instance has the batch")]
    Others,
    /// The batch is not in the table yet.
    #[error("the batch is not there yet")]
    Absent,
    /// The provider took nothing.
    #[error("the provider took nothing: {0}")]
    NotSent(String),
    /// The provider may have taken it.
    #[error("the provider may have taken it")]
    Unknown,
}

impl From<SendFailure> for Failed {
    fn from(error: SendFailure) -> Self {
        Self::retry(error)
    }
}

/// Deals with the body of one message.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, now: Instant) -> Result<(), Failed> {
    let message = serde_json::from_str::<BatchMessage>(body).ok();
    let (tenant, campaign, batch) =
        message.and_then(|message| message.identifiers()).ok_or(Failed::Poison("no batch"))?;
    Ok(batch::send(app, tenant, campaign, batch, now).await?)
}
