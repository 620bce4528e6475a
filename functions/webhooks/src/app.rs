//! What an instance of the function holds, and what it does with a message.

use crate::post::WebhookClient;
use crate::{delivery, replay};
use aws_lambda_events::event::sqs::SqsMessage;
use domain::webhook::{ReplayRange, delay_after};
use domain::{Instant, WebhookId};
use platform::outbox::OutboxError;
use platform::queue::Failed;
use platform::ttl_cache::TtlCache;
use platform::webhook_messages::WebhookMessage;
use store::{EventKey, Store, StoreError};

/// For how many seconds an endpoint that takes its events is not noted again.
const NOTED_SECONDS: i64 = 60;

/// Clients and settings of an instance.
pub struct App {
    /// The table.
    pub store: Store,
    /// The queues.
    pub sqs: aws_sdk_sqs::Client,
    /// Where events wait to be posted.
    pub webhooks_queue: String,
    /// Where a change that cannot be read is left for somebody to look at.
    pub changes_dead_letters: String,
    /// Who posts.
    pub client: WebhookClient,
    /// The endpoints noted of late.
    pub(crate) noted: TtlCache<WebhookId, ()>,
}

/// Why a piece of work is not done yet; it comes again.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] OutboxError),
    /// The endpoint did not take the event.
    #[error("the endpoint did not take the event: {0}")]
    NotTaken(String),
}

impl From<WebhookError> for Failed {
    fn from(error: WebhookError) -> Self {
        Self::retry(error)
    }
}

impl App {
    /// An instance that has noted nothing yet.
    #[must_use]
    pub fn new(
        store: Store,
        sqs: aws_sdk_sqs::Client,
        (webhooks_queue, changes_dead_letters): (String, String),
        client: WebhookClient,
    ) -> Self {
        let noted = TtlCache::new(NOTED_SECONDS);
        Self { store, sqs, webhooks_queue, changes_dead_letters, client, noted }
    }
}

/// Deals with one message of the queue. One that failed is hidden for longer each time.
///
/// # Errors
/// [`Failed::Poison`] for a body that is none of ours, [`Failed::Retry`] for what may pass.
pub async fn handle(app: &App, message: &SqsMessage, now: Instant) -> Result<(), Failed> {
    let body = message.body.as_deref().unwrap_or_default();
    let told: WebhookMessage =
        serde_json::from_str(body).map_err(|_| Failed::Poison("no message of webhooks"))?;
    let (tenant, webhook) = told.identifiers().ok_or(Failed::Poison("no endpoint"))?;
    let done = match told {
        WebhookMessage::Deliver { at, event, .. } => {
            let event = EventKey { at, id: event };
            delivery::deliver(app, tenant, webhook, &event, now).await
        }
        WebhookMessage::Replay { from, until, .. } => {
            let piece = ReplayRange { from, until };
            replay::queue(app, tenant, webhook, piece, now).await
        }
    };
    if done.is_err() {
        hide(app, message).await;
    }
    Ok(done?)
}

/// Without it the message comes again when the queue's own time is over.
async fn hide(app: &App, message: &SqsMessage) {
    let received = message.attributes.get("ApproximateReceiveCount");
    let attempt = received.and_then(|count| count.parse().ok()).unwrap_or(1);
    let delay = delay_after(attempt).as_secs();
    let hidden = app
        .sqs
        .change_message_visibility()
        .queue_url(&app.webhooks_queue)
        .set_receipt_handle(message.receipt_handle.clone())
        .visibility_timeout(i32::try_from(delay).unwrap_or(i32::MAX))
        .send()
        .await;
    if let Err(error) = hidden {
        let error = platform::queue::Chain(&error);
        tracing::warn!(%error, "a message keeps the queue's own interval");
    }
}
