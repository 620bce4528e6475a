//! Events that a provider reported, and the reference that connects an event to a batch.
//!
//! A field of another version is ignored: a deployment must not delay an opposition.

use crate::queue::QueueMessage;
use domain::merchant::provider::ProviderAccount;
use domain::{CampaignId, Channel, Instant};
use serde::{Deserialize, Serialize};
use store::{BatchId, Tenant};

/// Asks `outcomes` to apply the events of one callback. `callbacks` has verified the callback's signature.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderEventsMessage {
    /// The provider's account that the callback belongs to.
    pub account: ProviderAccount,
    /// The events of the callback.
    pub events: Vec<ProviderEvent>,
    /// The texts of persons in the callback that are no opposition.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<InboundTextEvent>,
}

/// A text that a person sent by SMS. The queue is encrypted, since the text may say anything.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundTextEvent {
    /// The provider's identifier of the text.
    pub id: String,
    /// The mobile in E.164.
    pub address: String,
    /// The text.
    pub text: String,
    /// The [`Reference`] of the message that the person answers, where the provider gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The short code that received the text. Merchants may share a short code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// When the text was sent.
    pub at: Instant,
}

/// One event about an address. The address and the reference are the provider's own texts: one that
/// `outcomes` cannot read is skipped, and does not stop the other events.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderEvent {
    /// The channel of the message.
    pub channel: Channel,
    /// An e-mail address in lower case, or a mobile in E.164.
    pub address: String,
    /// The batch of the message, as [`Reference`] writes it. A STOP has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The short code that received a STOP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The kind of the event.
    pub what: EventKind,
    /// When the event happened.
    pub at: Instant,
}

/// A delivery report, or an opposition of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// The message was delivered.
    Delivered,
    /// The address does not exist.
    Bounced,
    /// The address did not accept the message this time.
    SoftBounced,
    /// The message was not delivered.
    Failed,
    /// The person used the link or the button of the message.
    Unsubscribed,
    /// The person answered STOP.
    Stop,
    /// The person marked the message as unwanted mail.
    Complaint,
}

/// The name of a batch at a provider. The provider repeats the name in its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The tenant of the campaign.
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

impl QueueMessage for ProviderEventsMessage {
    fn group(&self) -> Option<String> {
        Some(self.account.code.to_string())
    }
}
