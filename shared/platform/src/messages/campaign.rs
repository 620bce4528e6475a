//! Messages about campaigns.

use crate::queue::QueueMessage;
use domain::CampaignId;
use serde::{Deserialize, Serialize};
use store::{BatchId, Tenant};

/// Asks `campaign` to continue a campaign, or its dry run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignMessage {
    /// The tenant of the campaign.
    pub tenant: Tenant,
    /// The campaign.
    pub campaign: CampaignId,
    /// Whether the dry run of the campaign is to be continued.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

impl CampaignMessage {
    /// Continues a campaign.
    #[must_use]
    pub const fn of(tenant: Tenant, campaign: CampaignId) -> Self {
        Self { tenant, campaign, dry_run: false }
    }

    /// Continues the dry run of a campaign.
    #[must_use]
    pub const fn dry_run_of(tenant: Tenant, campaign: CampaignId) -> Self {
        Self { tenant, campaign, dry_run: true }
    }
}

/// Asks `send` to send a batch of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchMessage {
    /// The tenant of the campaign.
    pub tenant: Tenant,
    /// The campaign.
    pub campaign: CampaignId,
    /// The batch.
    pub batch: BatchId,
}

impl BatchMessage {
    /// Sends a batch.
    #[must_use]
    pub const fn of(tenant: Tenant, campaign: CampaignId, batch: BatchId) -> Self {
        Self { tenant, campaign, batch }
    }
}

impl QueueMessage for CampaignMessage {
    fn group(&self) -> Option<String> {
        Some(self.tenant.merchant.to_string())
    }
}

impl QueueMessage for BatchMessage {
    fn group(&self) -> Option<String> {
        Some(self.tenant.merchant.to_string())
    }
}
