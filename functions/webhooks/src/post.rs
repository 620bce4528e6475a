//! One post of an event to an endpoint.

use crate::client::SignatureHeaders;
use crate::context::{App, WebhookError};
use crate::signature::sign;
use domain::{Instant, MerchantId};
use store::{Event, FailureEffect, Settings, Webhook, WebhookSecret};

/// The answer of an endpoint.
pub(crate) enum Answer {
    /// The endpoint accepted the event.
    Accepted,
    /// The endpoint did not accept the event; the code of the failure.
    Failed(String),
}

/// Signs an event and posts it: 1 round trip.
pub(crate) async fn post(
    app: &App,
    settings: &Settings,
    webhook: &Webhook,
    event: &Event,
    now: Instant,
) -> Result<Answer, WebhookError> {
    let secrets = webhook.secrets(settings, now)?;
    let keys: Vec<&[u8]> = secrets.iter().map(WebhookSecret::key).collect();
    let second = now.as_second();
    let signature = sign(&keys, &event.key.id, second, &event.body);
    let headers = SignatureHeaders { id: &event.key.id, second, signature: &signature };
    Ok(match app.client.post(&webhook.url, headers, &event.body).await {
        Ok(()) => Answer::Accepted,
        Err(failure) => Answer::Failed(failure.to_string()),
    })
}

/// Records a failed post, and logs a pause or the end of the endpoint: 1 write unit, 1 more for either.
pub(crate) async fn record_failure(
    app: &App,
    merchant: MerchantId,
    webhook: &Webhook,
    failure: &str,
    now: Instant,
) -> Result<FailureEffect, WebhookError> {
    let id = webhook.id;
    // The next success is noted at once, so that only failures in a row add up.
    app.noted.remove(&id);
    let effect = app.store.record_webhook_failure(merchant, webhook, failure, now).await?;
    match effect {
        FailureEffect::Counted => {}
        FailureEffect::Paused { .. } => {
            tracing::warn!(%merchant, webhook = %id, failure, "posts to an endpoint are paused: it does not accept events");
        }
        FailureEffect::GivenUp => {
            // The metric filter of the template counts the field `given_up`.
            tracing::error!(%merchant, webhook = %id, given_up = 1, "an endpoint was turned off: it has accepted no event for three days");
        }
    }
    Ok(effect)
}
