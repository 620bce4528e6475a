//! Queues the events of a range again for one endpoint.

use crate::context::{App, WebhookError};
use domain::webhook::{ReplayRange, Switch};
use domain::{Instant, WebhookId};
use platform::messages::WebhookMessage;
use store::{EventKey, StoreError, Tenant};

/// The pages of one message, 200 events each. A further message continues the range.
const PAGES_PER_MESSAGE: usize = 10;

/// Queues the events of a piece of a range that the endpoint subscribes to, beginning after the event `after`.
/// Cost: 1 query for the endpoints, 1 query for 200 events, 1 read unit for about 10 events, and 1 round trip for
/// 10 messages. After an error the message is delivered again, and some events are queued twice; a receiver
/// recognises a repeated event by its identifier.
pub(crate) async fn queue(
    app: &App,
    tenant: Tenant,
    id: WebhookId,
    piece: ReplayRange,
    mut after: Option<EventKey>,
    now: Instant,
) -> Result<(), WebhookError> {
    let webhooks = app.store.webhooks_fresh(tenant.merchant, now).await?;
    let Ok(webhook) = webhooks.find(id) else { return Ok(()) };
    let settings = match app.store.settings(tenant.merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(()),
        settings => settings?,
    };
    if settings.contract_has_ended(now) || webhook.switch != Switch::On {
        return Ok(());
    }
    let mut queued = 0;
    for _ in 0..PAGES_PER_MESSAGE {
        let page = app.store.events(tenant, piece, after.as_ref(), now).await?;
        let subscribed = page.events.iter().filter(|event| webhook.wants(tenant.mode, event));
        let messages: Vec<_> =
            subscribed.map(|event| WebhookMessage::deliver(tenant, id, &event.key)).collect();
        app.webhooks.send_all(&messages).await?;
        queued += messages.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if let Some(after) = after {
        let message = WebhookMessage::replay_after(tenant, id, piece.until, after);
        app.webhooks.send(&message).await?;
    }
    tracing::info!(%tenant, webhook = %id, queued, "events of a range are queued again");
    Ok(())
}
