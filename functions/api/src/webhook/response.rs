//! An endpoint, as the operator reads it.

use crate::merchant::mode::Mode;
use crate::schema::{CredentialText, DateTime, Identifier};
use crate::second::Second;
use crate::webhook::request::EventTypeWord;
use domain::webhook::{EventType, Switch};
use domain::{Credential, Instant, WebhookId};
use serde::Serialize;
use store::Webhook;
use utoipa::ToSchema;

/// Whether events are posted to an endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Posting)]
pub(crate) enum WebhookState {
    /// Events are posted.
    Enabled,
    /// The endpoint failed five times in a row. Events wait until it accepts one of them, which is tried again
    /// at least every quarter of an hour.
    Paused,
    /// The operator turned the endpoint off.
    Disabled,
    /// The endpoint accepted no event for three days and was turned off.
    GivenUp,
}

/// An endpoint and its latest answers.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookAnswer {
    #[schema(value_type = Identifier)]
    webhook_id: WebhookId,
    mode: Mode,
    /// The address that events are posted to.
    url: String,
    /// The types of events that are posted.
    #[schema(value_type = Vec<EventTypeWord>)]
    events: Vec<&'static str>,
    /// Whether the events of a merchant's files are posted too.
    file_events: bool,
    state: WebhookState,
    #[schema(value_type = DateTime)]
    created_at: Second,
    /// The credential that changed the endpoint last.
    #[schema(value_type = CredentialText)]
    changed_by: Credential,
    /// The instant at which the endpoint last accepted an event, to the minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    last_success_at: Option<Second>,
    /// The instant of the last failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    last_failure_at: Option<Second>,
    /// The last failure: `http_503` (or another status), `timeout`, `no_connection`, `broken_off`,
    /// `host_unknown` or `address_not_public`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("http_503"))]
    last_failure: Option<String>,
    /// The number of failed attempts since the last success.
    failures: u64,
    /// The instant since which posts have been paused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    paused_at: Option<Second>,
    /// The instant until which the secret before the rotation also signs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    previous_secret_signs_until: Option<Second>,
}

/// The endpoints of a merchant: at most five.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookList {
    pub(super) webhooks: Vec<WebhookAnswer>,
}

/// A new endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeWebhook {
    #[schema(value_type = Identifier)]
    pub(super) webhook_id: WebhookId,
    /// The secret that signs events. It is never shown again.
    #[schema(examples("whsec_…"))]
    pub(super) secret: String,
}

/// A new secret of an endpoint.
#[derive(Serialize, ToSchema)]
pub(crate) struct RotatedSecret {
    /// The secret that signs events from now on. It is never shown again.
    #[schema(examples("whsec_…"))]
    pub(super) secret: String,
    /// The instant until which the secret before also signs.
    #[schema(value_type = DateTime)]
    pub(super) previous_secret_signs_until: Second,
}

impl WebhookAnswer {
    pub(super) fn of(webhook: &Webhook, now: Instant) -> Self {
        let health = webhook.health.clone();
        Self {
            webhook_id: webhook.id,
            mode: Mode::of(webhook.mode),
            url: webhook.url.to_string(),
            events: webhook.events.iter().map(EventType::as_str).collect(),
            file_events: webhook.file_events,
            state: match webhook.switch {
                Switch::On if health.paused_at.is_some() => WebhookState::Paused,
                Switch::On => WebhookState::Enabled,
                Switch::Off => WebhookState::Disabled,
                Switch::GivenUp => WebhookState::GivenUp,
            },
            created_at: webhook.created_at.into(),
            changed_by: webhook.changed_by,
            last_success_at: health.last_success_at.map(Second::from),
            last_failure_at: health.last_failure_at.map(Second::from),
            last_failure: health.last_failure,
            failures: health.failures,
            paused_at: health.paused_at.map(Second::from),
            previous_secret_signs_until: webhook.previous_signs_until(now).map(Second::from),
        }
    }
}
