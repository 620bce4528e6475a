//! The delivery of one event to one endpoint.

use crate::context::{App, WebhookError};
use crate::post::{Answer, post, record_failure};
use crate::probe;
use domain::webhook::Switch;
use domain::{Instant, WebhookId};
use store::{EventKey, FailureEffect, StoreError, Tenant};

/// Posts an event and notes the result. Where the endpoint was deleted, is off, or no longer subscribes to the
/// event, nothing is posted: the event stays stored, and can be posted again on request. While posts to the
/// endpoint are paused, nothing is posted either: the event is part of the replay at the end of the pause.
///
/// Cost: 1 query for the endpoints and 1 for the settings, each at most once a minute; 1 round trip to the table
/// (1 read unit) beside the post, and 1 write unit after a failure or once a minute. During a pause 1 read unit.
/// After an error the message is delivered again.
pub(crate) async fn deliver(
    app: &App,
    tenant: Tenant,
    id: WebhookId,
    key: &EventKey,
    now: Instant,
) -> Result<(), WebhookError> {
    let merchant = tenant.merchant;
    let webhooks = app.store.webhooks(merchant, now).await?;
    let Ok(webhook) = webhooks.find(id) else { return Ok(()) };
    let settings = match app.store.settings(merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(()),
        settings => settings?,
    };
    if settings.contract_has_ended(now) || webhook.switch != Switch::On {
        return Ok(());
    }
    if webhook.health.paused_at.is_some()
        && let Some(health) = app.store.park_webhook_event(merchant, webhook, key.at).await?
    {
        return probe::renew_if_lost(app, tenant, webhook, &health, now).await;
    }
    let Some(event) = app.store.event(tenant, key, now).await? else { return Ok(()) };
    if !webhook.wants(tenant.mode, &event) {
        return Ok(());
    }
    match post(app, &settings, webhook, &event, now).await? {
        Answer::Accepted => {
            if webhook.health.failures > 0 || app.noted.get(&id, now).is_none() {
                app.store.record_webhook_success(merchant, webhook, now).await?;
                app.noted.insert(id, (), now);
            }
            Ok(())
        }
        Answer::Failed(failure) => {
            let effect = record_failure(app, merchant, webhook, &failure, now).await?;
            if effect == FailureEffect::Paused {
                probe::queue(app, tenant, id, now, 1).await?;
            }
            Err(WebhookError::NotAccepted(failure))
        }
    }
}
