//! What the function tells itself through its queue.

use domain::{Day, MemberId};
use serde::{Deserialize, Serialize};
use store::Tenant;

/// A merchant's members, from somewhere on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FollowupsMessage {
    /// Whose, as [`Tenant`] writes it.
    pub tenant: String,
    /// The day that the night comes before, `2026-11-24`.
    pub today: String,
    /// The shard to begin with.
    pub shard: u8,
    /// The last member of it that was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl FollowupsMessage {
    /// The members of a tenant from a place on.
    #[must_use]
    pub fn new(tenant: Tenant, today: Day, (shard, after): (u8, Option<MemberId>)) -> Self {
        Self {
            tenant: tenant.to_string(),
            today: today.to_string(),
            shard,
            after: after.map(|member| member.to_string()),
        }
    }
}
