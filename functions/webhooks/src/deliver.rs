//! The delivery of one event to one endpoint.

use crate::context::{App, WebhookError};
use crate::post::{Answer, post, record_failure};
use crate::probe;
use domain::webhook::Switch;
use domain::{Instant, WebhookId};
use store::{EventKey, FailureEffect, Settings, StoreError, Tenant, Webhooks};

/// Posts an event and notes the result. Where the endpoint was deleted, is off, or no longer subscribes to the
/// event, nothing is posted: the event stays stored, and can be posted again on request. The cached endpoints do
/// not decide that, since an endpoint may be newer than they are. While posts to the endpoint are paused, nothing
/// is posted either: the event is part of the replay at the end of the pause.
///
/// Cost: 1 query for the endpoints and 1 for the settings, each at most once a minute; 1 round trip to the table
/// (1 read unit) beside the post, and 1 write unit after a failure or once a minute. During a pause 1 read unit.
/// Where the endpoint is not to get the event, 1 further query. After an error the message is delivered again.
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
    if settings.contract_has_ended(now) {
        return Ok(());
    }
    let delivery = Delivery { app, settings: &settings, tenant, id, key, now };
    let cached = app.store.webhooks(tenant.merchant, now).await?;
    if delivery.to(&cached).await? == Subscription::None {
        let webhooks = app.store.webhooks_fresh(tenant.merchant, now).await?;
        delivery.to(&webhooks).await?;
    }
    Ok(())
}

/// Whether an endpoint is to get an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Subscription {
    /// The endpoint is on and subscribes to the event. The event was posted, waits for the end of a pause, or has
    /// expired.
    Active,
    /// The endpoint was deleted, is off, or does not subscribe to the event.
    None,
}

struct Delivery<'a> {
    app: &'a App,
    settings: &'a Settings,
    tenant: Tenant,
    id: WebhookId,
    key: &'a EventKey,
    now: Instant,
}

impl Delivery<'_> {
    /// Posts the event to the endpoint, if it is among `webhooks` and is to get the event.
    async fn to(&self, webhooks: &Webhooks) -> Result<Subscription, WebhookError> {
        let Self { app, settings, tenant, id, key, now } = *self;
        let merchant = tenant.merchant;
        let Ok(webhook) = webhooks.find(id) else { return Ok(Subscription::None) };
        if webhook.switch != Switch::On {
            return Ok(Subscription::None);
        }
        if webhook.health.paused_at.is_some()
            && let Some(health) = app.store.park_webhook_event(merchant, webhook, key.at).await?
        {
            probe::renew_if_lost(app, tenant, webhook, &health, now).await?;
            return Ok(Subscription::Active);
        }
        let Some(event) = app.store.event(tenant, key, now).await? else {
            return Ok(Subscription::Active);
        };
        if !webhook.wants(tenant.mode, &event) {
            return Ok(Subscription::None);
        }
        match post(app, settings, webhook, &event, now).await? {
            Answer::Accepted => {
                if webhook.health.failures > 0 || app.noted.get(&id, now).is_none() {
                    app.store.record_webhook_success(merchant, webhook, now).await?;
                    app.noted.insert(id, (), now);
                }
                Ok(Subscription::Active)
            }
            Answer::Failed(failure) => {
                let effect = record_failure(app, merchant, webhook, &failure, now).await?;
                if let FailureEffect::Paused { at } = effect {
                    probe::queue(app, tenant, id, at, 1).await?;
                }
                Err(WebhookError::NotAccepted(failure))
            }
        }
    }
}
