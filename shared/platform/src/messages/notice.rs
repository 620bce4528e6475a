//! Messages about notices.

use crate::queue::QueueMessage;
use domain::NoticeId;
use serde::{Deserialize, Serialize};
use store::Tenant;

/// Asks `send` to send a notice: an SMS that answers a person's own request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeMessage {
    /// The tenant of the notice.
    pub tenant: Tenant,
    /// The notice, whose recipient and text are in the table.
    pub notice: NoticeId,
}

impl NoticeMessage {
    /// Sends a notice.
    #[must_use]
    pub const fn of(tenant: Tenant, notice: NoticeId) -> Self {
        Self { tenant, notice }
    }
}

impl QueueMessage for NoticeMessage {
    fn group(&self) -> Option<String> {
        Some(self.tenant.merchant.to_string())
    }
}
