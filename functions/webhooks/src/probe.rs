//! Probes of an endpoint whose posts are paused: one waiting event is posted after growing delays, until the
//! endpoint accepts one. The events that wait are then replayed.

use crate::context::{App, WebhookError};
use crate::post::{Answer, post, record_failure};
use domain::webhook::{Health, ReplayRange, Switch, probe_delay};
use domain::{Instant, WebhookId};
use platform::messages::WebhookMessage;
use store::{Event, FailureEffect, StoreError, Tenant, Webhook};

/// The most pages that are read in search of a waiting event, 200 events each. The first page nearly always has one.
const MOST_PAGES: usize = 50;

/// Queues a probe of a pause, by its number from 1: 1 round trip.
pub(crate) async fn queue(
    app: &App,
    tenant: Tenant,
    id: WebhookId,
    paused_at: Instant,
    number: u32,
) -> Result<(), WebhookError> {
    let message = WebhookMessage::probe(tenant, id, paused_at, number);
    Ok(app.webhooks.send_later(&message, probe_delay(number)).await?)
}

/// Queues a probe where the probes of a pause have stopped. Only one caller does so.
pub(crate) async fn renew_if_lost(
    app: &App,
    tenant: Tenant,
    webhook: &Webhook,
    health: &Health,
    now: Instant,
) -> Result<(), WebhookError> {
    let Some(paused_at) = health.paused_at.filter(|_| health.has_lost_its_probe(now)) else {
        return Ok(());
    };
    if app.store.claim_webhook_probe(tenant.merchant, webhook, health, now).await? {
        tracing::warn!(merchant = %tenant.merchant, webhook = %webhook.id, "the probes of a paused endpoint had stopped");
        queue(app, tenant, webhook.id, paused_at, 1).await?;
    }
    Ok(())
}

/// Probes an endpoint. Cost: 1 query for the endpoints, 1 for the settings where they are not cached, 1 for a waiting
/// event, the post, 1 write unit, and 1 message. The end of a pause costs 1 write unit more and a message for each
/// quarter of a day that events wait for.
pub(crate) async fn probe(
    app: &App,
    tenant: Tenant,
    id: WebhookId,
    pause: (Instant, u32),
    now: Instant,
) -> Result<(), WebhookError> {
    let (paused_at, number) = pause;
    let merchant = tenant.merchant;
    let webhooks = app.store.webhooks_fresh(merchant, now).await?;
    let Ok(webhook) = webhooks.find(id) else { return Ok(()) };
    let settings = match app.store.settings(merchant, now).await {
        Err(StoreError::NotFound(_)) => return Ok(()),
        settings => settings?,
    };
    if settings.contract_has_ended(now) || webhook.switch != Switch::On {
        return Ok(());
    }
    match webhook.health.paused_at {
        Some(at) if at == paused_at => {}
        // A later pause has probes of its own.
        Some(_) => return Ok(()),
        // An earlier delivery of this message ended the pause.
        None => return replay_waiting(app, tenant, webhook, &webhook.health, now).await,
    }
    let accepted_at = match waiting_event(app, tenant, webhook, number, now).await? {
        None => None,
        Some(event) => match post(app, &settings, webhook, &event, now).await? {
            Answer::Accepted => Some(now),
            Answer::Failed(failure) => {
                let effect = record_failure(app, merchant, webhook, &failure, now).await?;
                if effect == FailureEffect::GivenUp {
                    return Ok(());
                }
                return queue(app, tenant, id, paused_at, number.saturating_add(1)).await;
            }
        },
    };
    let ended = app.store.end_webhook_pause(merchant, webhook, accepted_at).await?;
    // The pause changed after it was read: an event began to wait.
    let health = ended.ok_or(StoreError::Busy)?;
    tracing::info!(%merchant, webhook = %id, "posts to an endpoint continue");
    replay_waiting(app, tenant, webhook, &health, now).await
}

/// One of the oldest events that wait: another one at each probe, since an endpoint may refuse one event and accept
/// the others.
async fn waiting_event(
    app: &App,
    tenant: Tenant,
    webhook: &Webhook,
    number: u32,
    now: Instant,
) -> Result<Option<Event>, WebhookError> {
    let Some(since) = webhook.health.waiting_since else { return Ok(None) };
    let mut pages = 0;
    for piece in ReplayRange::until_now(since, now).pieces() {
        let mut after = None;
        while pages < MOST_PAGES {
            pages += 1;
            let page = app.store.events(tenant, piece, after.as_ref(), now).await?;
            let mut wanted: Vec<_> =
                page.events.into_iter().filter(|event| webhook.wants(tenant.mode, event)).collect();
            if !wanted.is_empty() {
                let place = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
                return Ok(Some(wanted.swap_remove(place % wanted.len())));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(None)
}

/// Queues the events that waited for the end of a pause. The endpoint's item forgets them last, so that a killed
/// function queues them again.
async fn replay_waiting(
    app: &App,
    tenant: Tenant,
    webhook: &Webhook,
    health: &Health,
    now: Instant,
) -> Result<(), WebhookError> {
    let Some(since) = health.waiting_since else { return Ok(()) };
    let pieces = ReplayRange::until_now(since, now).pieces().into_iter();
    let messages: Vec<_> =
        pieces.map(|piece| WebhookMessage::replay(tenant, webhook.id, piece)).collect();
    app.webhooks.send_all(&messages).await?;
    Ok(app.store.forget_waiting_events(tenant.merchant, webhook, since).await?)
}
