//! Reads a message and starts its work.

use crate::context::App;
use crate::{deliver, probe, replay};
use aws_lambda_events::event::sqs::SqsMessage;
use domain::Instant;
use domain::webhook::{ReplayRange, delay_after};
use platform::messages::WebhookMessage;
use platform::queue::{self, Failed};
use store::{ErrorChain, EventKey};

/// Handles one message of the queue. A message that failed stays hidden with exponential backoff.
pub async fn handle(app: &App, message: &SqsMessage, now: Instant) -> Result<(), Failed> {
    let body = message.body.as_deref().unwrap_or_default();
    let handled = match queue::read(body, "not a message of webhooks")? {
        WebhookMessage::Deliver { tenant, webhook, at, event } => {
            let event = EventKey { at, id: event };
            deliver::deliver(app, tenant, webhook, &event, now).await
        }
        WebhookMessage::Replay { tenant, webhook, from, until, after } => {
            let piece = ReplayRange { from, until };
            let after = after.map(|id| EventKey { at: from, id });
            replay::queue(app, tenant, webhook, piece, after, now).await
        }
        WebhookMessage::Probe { tenant, webhook, paused_at, probe } => {
            probe::probe(app, tenant, webhook, (paused_at, probe), now).await
        }
    };
    if handled.is_err() {
        hide(app, message).await;
    }
    Ok(handled?)
}

/// Hides a message that failed. Where that fails too, the message is delivered after the queue's own timeout.
async fn hide(app: &App, message: &SqsMessage) {
    let received = message.attributes.get("ApproximateReceiveCount");
    let attempt = received.and_then(|count| count.parse().ok()).unwrap_or(1);
    let receipt_handle = message.receipt_handle.as_deref().unwrap_or_default();
    if let Err(error) = app.webhooks.hide(receipt_handle, delay_after(attempt)).await {
        tracing::warn!(error = %ErrorChain(&error), "a message could not be hidden");
    }
}
