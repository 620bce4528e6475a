//! What functions tell one another through queues. Batches and campaigns go by identifiers; what a
//! provider told of an address goes with the address, since nothing else says whose it is.

use domain::{CampaignId, CouponBatchId, Instant, OfferId};
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
    /// Whether it is its dry run that is to be taken further.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

impl CampaignMessage {
    /// About a campaign.
    #[must_use]
    pub fn of(tenant: Tenant, campaign: CampaignId) -> Self {
        Self { tenant: tenant.to_string(), campaign: campaign.to_string(), dry_run: false }
    }

    /// About a campaign's dry run.
    #[must_use]
    pub fn dry_run_of(tenant: Tenant, campaign: CampaignId) -> Self {
        Self { dry_run: true, ..Self::of(tenant, campaign) }
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

/// A range of a batch of coupons, to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponRangeMessage {
    /// Whose data, as [`Tenant`] writes it.
    pub tenant: String,
    /// The offer.
    pub offer: String,
    /// The batch of it.
    pub batch: String,
    /// The range of it, from 0.
    pub range: u32,
}

impl CouponRangeMessage {
    /// About a range.
    #[must_use]
    pub fn of(tenant: Tenant, offer: OfferId, batch: CouponBatchId, range: u32) -> Self {
        let (offer, batch) = (offer.to_string(), batch.to_string());
        Self { tenant: tenant.to_string(), offer, batch, range }
    }

    /// The identifiers, where they are some.
    #[must_use]
    pub fn identifiers(&self) -> Option<(Tenant, OfferId, CouponBatchId)> {
        let offer = OfferId::parse(&self.offer).ok()?;
        Some((Tenant::parse(&self.tenant)?, offer, CouponBatchId::parse(&self.batch).ok()?))
    }
}

/// What a provider told, proven to be its word.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEventsMessage {
    /// The provider's account that was told.
    pub account: String,
    /// What it told.
    pub events: Vec<ProviderEvent>,
}

/// One thing that a provider told of an address.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderEvent {
    /// How the message went, as [`domain::Channel`] writes it.
    pub channel: String,
    /// An e-mail address in lower case, or a mobile in E.164.
    pub address: String,
    /// The batch it is about, as [`Reference`] writes it; absent from the word STOP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// What happened.
    pub what: EventKind,
    /// When.
    pub at: Instant,
}

/// What happened to a message, or what a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// It arrived.
    Delivered,
    /// The address does not exist.
    Bounced,
    /// The address did not take it this time.
    SoftBounced,
    /// It did not arrive.
    Failed,
    /// The link or the button of the message.
    Unsubscribed,
    /// The word STOP.
    Stop,
    /// The mark of unwanted mail.
    Complaint,
}

/// What a batch is called at a provider, and comes back by: whose it is, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Whose data.
    pub tenant: Tenant,
    /// The campaign.
    pub campaign: CampaignId,
    /// The batch.
    pub batch: BatchId,
}

impl Reference {
    /// Reads the form that `Display` writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('/');
        let (tenant, campaign, batch) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            tenant: Tenant::parse(tenant)?,
            campaign: CampaignId::parse(campaign).ok()?,
            batch: BatchId::parse(batch)?,
        })
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.tenant, self.campaign, self.batch)
    }
}
