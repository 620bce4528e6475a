//! The message that the function sends to itself.

use domain::{Day, MemberId};
use platform::queue::QueueMessage;
use serde::{Deserialize, Serialize};
use store::Tenant;

/// The daily run of a tenant's members, from a position on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowupsMessage {
    /// The tenant.
    pub tenant: Tenant,
    /// The day of the run, `2026-11-24`.
    pub today: Day,
    /// The shard to begin with.
    pub shard: u8,
    /// The last member of the shard that was read before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MemberId>,
}

impl FollowupsMessage {
    /// The daily run of all members of a tenant.
    #[must_use]
    pub const fn of(tenant: Tenant, today: Day) -> Self {
        Self { tenant, today, shard: 0, after: None }
    }
}

impl QueueMessage for FollowupsMessage {
    fn group(&self) -> Option<String> {
        Some(self.tenant.merchant.to_string())
    }
}
