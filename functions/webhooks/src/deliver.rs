//! The delivery of one event to one endpoint.

use crate::client::SignatureHeaders;
use crate::context::{App, WebhookError};
use crate::signature::sign;
use domain::webhook::Switch;
use domain::{Instant, WebhookId};
use store::{EventKey, StoreError, Tenant, WebhookSecret};

/// Posts an event and notes the result. Where the endpoint was deleted, is off, or no longer subscribes to the
/// event, nothing is posted: the event stays stored, and can be posted again on request. Cost: 1 round trip to
/// the table (1 read unit) beside the post, and 1 write unit after a failure or once a minute. After an error
/// the message is delivered again.
pub(crate) async fn deliver(
    app: &App,
    tenant: Tenant,
    id: WebhookId,
    key: &EventKey,
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
    let Some(event) = app.store.event(tenant, key, now).await? else { return Ok(()) };
    if !webhook.wants(tenant.mode, event.kind) {
        return Ok(());
    }
    let secrets = settings.webhook_secrets(webhook, now)?;
    let keys: Vec<&[u8]> = secrets.iter().map(WebhookSecret::key).collect();
    let second = now.as_second();
    let signature = sign(&keys, &event.key.id, second, &event.body);
    let headers = SignatureHeaders { id: &event.key.id, second, signature: &signature };
    let merchant = tenant.merchant;
    match app.client.post(&webhook.url, headers, &event.body).await {
        Ok(()) => {
            if webhook.health.failures > 0 || app.noted.get(&id, now).is_none() {
                app.store.record_webhook_success(merchant, webhook, now).await?;
                app.noted.insert(id, (), now);
            }
            Ok(())
        }
        Err(failure) => {
            let failure = failure.to_string();
            let given_up =
                app.store.record_webhook_failure(merchant, webhook, &failure, now).await?;
            if given_up {
                // The metric filter of the template counts the field `given_up`.
                tracing::error!(%merchant, webhook = %id, given_up = 1, "an endpoint was turned off: it has accepted no event for three days");
            }
            Err(WebhookError::NotAccepted(failure))
        }
    }
}
