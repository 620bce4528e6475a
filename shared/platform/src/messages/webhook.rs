//! Messages about webhooks: an event to be posted to an endpoint, a range of events to be posted again, or a probe
//! of an endpoint whose posts are paused.

use crate::queue::QueueMessage;
use domain::webhook::ReplayRange;
use domain::{Instant, WebhookId};
use serde::{Deserialize, Serialize};
use store::{EventKey, Tenant};

/// Asks `webhooks` to post one event, to queue the events of a range, or to probe an endpoint.
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
        /// The event at `from` that was queued last. Absent at the beginning of the range.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// Posts one waiting event to an endpoint whose posts are paused.
    Probe {
        /// The tenant of the endpoint.
        tenant: Tenant,
        /// The endpoint.
        webhook: WebhookId,
        /// The beginning of the pause.
        paused_at: Instant,
        /// The number of the probe in the pause, from 1.
        probe: u32,
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
        Self::Replay { tenant, webhook, from: piece.from, until: piece.until, after: None }
    }

    /// Continues a replay after an event.
    #[must_use]
    pub fn replay_after(
        tenant: Tenant,
        webhook: WebhookId,
        until: Instant,
        after: EventKey,
    ) -> Self {
        Self::Replay { tenant, webhook, from: after.at, until, after: Some(after.id) }
    }

    /// Probes an endpoint.
    #[must_use]
    pub const fn probe(tenant: Tenant, webhook: WebhookId, paused_at: Instant, probe: u32) -> Self {
        Self::Probe { tenant, webhook, paused_at, probe }
    }
}

impl QueueMessage for WebhookMessage {
    /// The endpoint, so that a slow endpoint delays no other.
    fn group(&self) -> Option<String> {
        let (Self::Deliver { webhook, .. }
        | Self::Replay { webhook, .. }
        | Self::Probe { webhook, .. }) = self;
        Some(webhook.to_string())
    }
}
