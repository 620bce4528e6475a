//! Messages about webhooks: an event to be posted to an endpoint, or a range of events to be posted again.

use domain::webhook::ReplayRange;
use domain::{Instant, WebhookId};
use serde::{Deserialize, Serialize};
use store::{EventKey, Tenant};

/// Asks `webhooks` to post one event, or to queue the events of a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case", deny_unknown_fields)]
pub enum WebhookMessage {
    /// Posts an event to an endpoint.
    Deliver {
        /// The tenant of the event.
        tenant: Tenant,
        /// The endpoint.
        webhook: WebhookId,
        /// When the event happened.
        at: Instant,
        /// The identifier of the event.
        event: String,
    },
    /// Queues the events of a range, which lies within one day in UTC.
    Replay {
        /// The tenant of the events.
        tenant: Tenant,
        /// The endpoint.
        webhook: WebhookId,
        /// The first instant of the range.
        from: Instant,
        /// The first instant after the range.
        until: Instant,
    },
}

impl WebhookMessage {
    /// Posts an event to an endpoint.
    #[must_use]
    pub fn deliver(tenant: Tenant, webhook: WebhookId, event: &EventKey) -> Self {
        Self::Deliver { tenant, webhook, at: event.at, event: event.id.clone() }
    }

    /// Queues the events of one piece of a range.
    #[must_use]
    pub const fn replay(tenant: Tenant, webhook: WebhookId, piece: ReplayRange) -> Self {
        Self::Replay { tenant, webhook, from: piece.from, until: piece.until }
    }
}
