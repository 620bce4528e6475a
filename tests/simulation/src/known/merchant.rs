//! A merchant with everything that the operator and its tills know of it.

use super::Queued;
use super::records::{
    Batch, Campaign, Code, Member, Offer, Purchase, Redemption, Reward, Upload, Webhook,
};
use domain::{Channel, Instant, KeyScope, Sector};
use jiff::SignedDuration;
use store::Mode;

/// Live or test data of a merchant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tenant {
    /// The identifier of the merchant.
    pub merchant: String,
    /// Live or test.
    pub mode: Mode,
}

/// A merchant.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// The identifier.
    pub id: String,
    /// The name.
    pub name: String,
    /// The sector.
    pub sector: Sector,
    /// Whether the programme counts cents.
    pub counts_cents: bool,
    /// What activates cards: `use` or `registration`.
    pub card_activation: &'static str,
    /// The last day of the contract.
    pub contract_ends_on: Option<String>,
    /// The establishments.
    pub establishments: Vec<Establishment>,
    /// The keys.
    pub keys: Vec<Key>,
    /// The channels with a sender.
    pub senders: Vec<Channel>,
    /// The campaigns.
    pub campaigns: Vec<Campaign>,
    /// The endpoints of webhooks.
    pub webhooks: Vec<Webhook>,
    /// The live data.
    pub live: MerchantData,
    /// The test data.
    pub test: MerchantData,
}

/// An establishment.
#[derive(Debug, Clone)]
pub struct Establishment {
    /// The code.
    pub code: String,
    /// The name of the time zone.
    pub time_zone: String,
}

/// A key of an establishment, and the till that uses it.
#[derive(Debug, Clone)]
pub struct Key {
    /// The identifier.
    pub id: String,
    /// The key itself.
    pub secret: String,
    /// The code of the establishment.
    pub establishment: String,
    /// The name of the establishment's time zone.
    pub time_zone: String,
    /// What the key may do.
    pub scope: KeyScope,
    /// Live or test data.
    pub mode: Mode,
    /// How far the clock of the till is ahead.
    pub clock_ahead: SignedDuration,
    /// When the revocation was acknowledged.
    pub revoked_at: Option<Instant>,
}

/// The live data or the test data of a merchant.
#[derive(Debug, Clone, Default)]
pub struct MerchantData {
    /// The members.
    pub members: Vec<Member>,
    /// The purchases.
    pub purchases: Vec<Purchase>,
    /// The offers.
    pub offers: Vec<Offer>,
    /// The batches of coupons.
    pub batches: Vec<Batch>,
    /// The codes of coupons.
    pub codes: Vec<Code>,
    /// The rewards.
    pub rewards: Vec<Reward>,
    /// The redemptions.
    pub redemptions: Vec<Redemption>,
    /// The files.
    pub uploads: Vec<Upload>,
    /// The documents that wait in the queues of the tills.
    pub queue: Vec<Queued>,
}

impl Merchant {
    /// The live data or the test data.
    #[must_use]
    pub fn data(&self, mode: Mode) -> &MerchantData {
        match mode {
            Mode::Live => &self.live,
            Mode::Test => &self.test,
        }
    }

    pub(super) fn data_mut(&mut self, mode: Mode) -> &mut MerchantData {
        match mode {
            Mode::Live => &mut self.live,
            Mode::Test => &mut self.test,
        }
    }
}

impl MerchantData {
    /// A member.
    #[must_use]
    pub fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Whether another member was merged into a member.
    pub(crate) fn is_survivor(&self, id: &str) -> bool {
        self.members.iter().any(|member| member.merged_into.as_deref() == Some(id))
    }
}
