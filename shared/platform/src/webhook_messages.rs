//! What is told through the queue of webhooks: an event to be posted to an endpoint, or a range of
//! events to be posted to it again.

use domain::webhook::ReplayRange;
use domain::{Instant, WebhookId};
use serde::{Deserialize, Serialize};
use store::{EventKey, Tenant};

/// A message of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum WebhookMessage {
    /// An event for an endpoint.
    Deliver {
        /// Whose, as [`Tenant`] writes it.
        tenant: String,
        /// The endpoint.
        webhook: String,
        /// When it happened.
        at: Instant,
        /// The event.
        event: String,
    },
    /// The events of a range, within a day in UTC.
    Replay {
        /// Whose, as [`Tenant`] writes it.
        tenant: String,
        /// The endpoint.
        webhook: String,
        /// The range's first instant.
        from: Instant,
        /// The instant after it.
        until: Instant,
    },
}

impl WebhookMessage {
    /// An event for an endpoint.
    #[must_use]
    pub fn deliver(tenant: Tenant, webhook: WebhookId, event: &EventKey) -> Self {
        let (tenant, webhook) = (tenant.to_string(), webhook.to_string());
        Self::Deliver { tenant, webhook, at: event.at, event: event.id.clone() }
    }

    /// The events of a piece of a range.
    #[must_use]
    pub fn replay(tenant: Tenant, webhook: WebhookId, piece: ReplayRange) -> Self {
        let (tenant, webhook) = (tenant.to_string(), webhook.to_string());
        Self::Replay { tenant, webhook, from: piece.from, until: piece.until }
    }

    /// Whose and which endpoint, where they are some.
    #[must_use]
    pub fn identifiers(&self) -> Option<(Tenant, WebhookId)> {
        let (Self::Deliver { tenant, webhook, .. } | Self::Replay { tenant, webhook, .. }) = self;
        Some((Tenant::parse(tenant)?, WebhookId::parse(webhook).ok()?))
    }
}
