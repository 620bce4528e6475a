//! Events of a range are queued again for one endpoint.

use crate::app::{App, WebhookError};
use domain::webhook::{ReplayRange, Switch};
use domain::{Instant, WebhookId};
use platform::outbox;
use platform::webhook_messages::WebhookMessage;
use store::{StoreError, Tenant};

/// Queues what the endpoint wants of a piece of a range: a query for 200 events, half a read unit for
/// some ten of them, and a round trip for ten messages. Killed and begun again it queues some twice,
/// which a receiver knows by their identifiers.
///
/// # Errors
/// [`WebhookError`]; the message comes again.
pub(crate) async fn queue(
    app: &App,
    tenant: Tenant,
    id: WebhookId,
    piece: ReplayRange,
    now: Instant,
) -> Result<(), WebhookError> {
    let settings = match app.store.settings(tenant.merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(()),
        settings => settings?,
    };
    let Ok(webhook) = settings.webhook(id) else { return Ok(()) };
    if settings.contract_has_ended(now) || webhook.switch != Switch::On {
        return Ok(());
    }
    let (mut after, mut queued) = (None, 0);
    loop {
        let page = app.store.events(tenant, piece, after.as_ref(), now).await?;
        let wanted = page.events.iter().filter(|event| webhook.wants(tenant.mode, event.kind));
        let messages: Vec<_> =
            wanted.map(|event| WebhookMessage::deliver(tenant, id, &event.key)).collect();
        outbox::send_all(&app.sqs, &app.webhooks_queue, &messages).await?;
        queued += messages.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    tracing::info!(%tenant, webhook = %id, queued, "events are posted again");
    Ok(())
}
