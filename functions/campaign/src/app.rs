//! What an instance of the function holds, and what it does with the hour and with a message.

use crate::advance::advance;
use crate::dry_run::dry_run;
use domain::Instant;
use platform::messages::{BatchMessage, CampaignMessage};
use platform::queue::Failed;
use store::{Store, StoreError};

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Where campaigns are sent.
    pub campaigns_queue: String,
    /// Where batches are sent.
    pub sends_queue: String,
}

/// Why a campaign could not be taken further.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A queue.
    #[error("a message could not be queued")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A text that was saved under other rules; no later attempt reads it.
    #[error("the campaign's text cannot be read")]
    Content,
}

impl From<CampaignError> for Failed {
    fn from(error: CampaignError) -> Self {
        match error {
            CampaignError::Content => Self::Poison("a text of other rules"),
            CampaignError::Store(_) | CampaignError::Queue(_) => Self::retry(error),
        }
    }
}

impl App {
    pub(crate) async fn queue_campaign(
        &self,
        message: &CampaignMessage,
    ) -> Result<(), CampaignError> {
        self.send(&self.campaigns_queue, message).await
    }

    pub(crate) async fn queue_batch(&self, message: &BatchMessage) -> Result<(), CampaignError> {
        self.send(&self.sends_queue, message).await
    }

    async fn send(
        &self,
        queue: &str,
        message: &impl serde::Serialize,
    ) -> Result<(), CampaignError> {
        let body =
            serde_json::to_string(message).map_err(|error| CampaignError::Queue(error.into()))?;
        let sent = self.sqs.send_message().queue_url(queue).message_body(body).send().await;
        sent.map_err(|error| CampaignError::Queue(error.into()))?;
        Ok(())
    }
}

/// The hour: every campaign that is due goes to the queue, where each has its own retries.
///
/// # Errors
/// [`CampaignError`]; the next tick finds the same campaigns.
pub async fn tick(app: &App, now: Instant) -> Result<(), CampaignError> {
    let due = app.store.campaigns_due(now).await?;
    for (tenant, campaign) in &due {
        app.queue_campaign(&CampaignMessage::of(*tenant, *campaign)).await?;
    }
    if !due.is_empty() {
        tracing::info!(campaigns = due.len(), "due");
    }
    Ok(())
}

/// Deals with the body of one message.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, body: &str, now: Instant, until: Instant) -> Result<(), Failed> {
    const NO_CAMPAIGN: Failed = Failed::Poison("no campaign");
    let message: CampaignMessage = serde_json::from_str(body).map_err(|_| NO_CAMPAIGN)?;
    let (tenant, campaign) = message.identifiers().ok_or(NO_CAMPAIGN)?;
    if message.dry_run {
        return Ok(Box::pin(dry_run(app, tenant, campaign, now, until)).await?);
    }
    Ok(advance(app, tenant, campaign, now, until).await?)
}
