//! What functions tell one another through queues: identifiers only, never a person.

use domain::CampaignId;
use serde::{Deserialize, Serialize};
use store::{BatchId, Tenant};

/// A campaign to be taken further.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CampaignMessage {
    /// Whose data, as [`Tenant`] writes it.
    pub tenant: String,
    /// The campaign.
    pub campaign: String,
}

impl CampaignMessage {
    /// About a campaign.
    #[must_use]
    pub fn of(tenant: Tenant, campaign: CampaignId) -> Self {
        Self { tenant: tenant.to_string(), campaign: campaign.to_string() }
    }

    /// The identifiers, where they are some.
    #[must_use]
    pub fn identifiers(&self) -> Option<(Tenant, CampaignId)> {
        Some((Tenant::parse(&self.tenant)?, CampaignId::parse(&self.campaign).ok()?))
    }
}

/// A batch to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchMessage {
    /// Whose data, as [`Tenant`] writes it.
    pub tenant: String,
    /// The campaign.
    pub campaign: String,
    /// The batch, as [`BatchId`] writes it.
    pub batch: String,
}

impl BatchMessage {
    /// About a batch.
    #[must_use]
    pub fn of(tenant: Tenant, campaign: CampaignId, batch: BatchId) -> Self {
        let (tenant, campaign) = (tenant.to_string(), campaign.to_string());
        Self { tenant, campaign, batch: batch.to_string() }
    }

    /// The identifiers, where they are some.
    #[must_use]
    pub fn identifiers(&self) -> Option<(Tenant, CampaignId, BatchId)> {
        let campaign = CampaignId::parse(&self.campaign).ok()?;
        Some((Tenant::parse(&self.tenant)?, campaign, BatchId::parse(&self.batch)?))
    }
}
