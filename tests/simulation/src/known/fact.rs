//! The facts that the service acknowledges.

use super::merchant::{Establishment, Key, Merchant, Tenant};
use super::records::{
    Batch, Campaign, Code, FileRow, Member, Offer, Purchase, Redemption, Reward, Upload, Webhook,
};
use domain::{Channel, Instant};
use serde_json::Value;

/// A fact that the service acknowledged. An identifier without its tenant belongs to the merchant.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields are those of the requests and the records")]
pub enum Fact {
    /// The operator created a merchant.
    MerchantCreated(Box<Merchant>),
    /// An establishment exists.
    EstablishmentPut { merchant: String, establishment: Establishment },
    /// A key was made.
    KeyCreated { merchant: String, key: Key },
    /// A key does nothing any more.
    KeyRevoked { merchant: String, key: String },
    /// The merchant sends messages by a channel.
    SenderPut { merchant: String, channel: Channel },
    /// The merchant chose what activates cards.
    CardActivationPut { merchant: String, choice: &'static str },
    /// The contract ends on a day; `None` where it goes on.
    ContractEndPut { merchant: String, day: Option<String> },
    /// A merchant has another programme.
    ProgrammePut { merchant: String, counts_cents: bool },
    /// A person is a member.
    MemberKnown { tenant: Tenant, member: Box<Member> },
    /// The details of a member were corrected. `details` has every detail of the correction, null where it was cleared.
    MemberCorrected {
        tenant: Tenant,
        member: String,
        details: Value,
        card: Option<String>,
        email: Option<String>,
    },
    /// The mobile of a member changed.
    MobileChanged { tenant: Tenant, member: String, mobile: String },
    /// The card of a member was blocked or unblocked.
    CardBlocked { tenant: Tenant, member: String, is_blocked: bool },
    /// A member has another card.
    CardReplaced { tenant: Tenant, member: String, card: String },
    /// The invitation or the completion of a registration was recorded.
    Registered {
        tenant: Tenant,
        member: String,
        invited_at: Option<Instant>,
        activated_at: Option<Instant>,
    },
    /// A consent or an opposition was recorded.
    ConsentPut {
        tenant: Tenant,
        member: String,
        channel: Channel,
        given: bool,
        stated_at: Option<Instant>,
    },
    /// Two members became one.
    Merged { tenant: Tenant, survivor: String, absorbed: String },
    /// A merge was undone.
    Unmerged { tenant: Tenant, survivor: String, absorbed: String },
    /// A member was erased.
    Erased { tenant: Tenant, member: String },
    /// The contacts of a person who is no member were suppressed.
    Suppressed { tenant: Tenant, contacts: Value },
    /// A balance was corrected. The answer names no entry, but the instant of the entry.
    Adjusted { tenant: Tenant, member: String, points: i64, entered_at: Instant },
    /// A visit was recorded.
    Visited { tenant: Tenant, member: String, points: i64 },
    /// A sale or a return was recorded, now or before.
    PurchaseRecorded { tenant: Tenant, purchase: Box<Purchase>, is_replay: bool },
    /// A purchase was cancelled.
    PurchaseCancelled { tenant: Tenant, purchase: String, cancelled_at: String },
    /// A purchase belongs to a member since it was attached or moved. A request that named the member by a contact may
    /// have found another member, who has the contact now.
    PurchaseAssigned { tenant: Tenant, purchase: String, member: String, is_named_by_id: bool },
    /// An offer has these terms.
    OfferPut { tenant: Tenant, offer: Offer },
    /// A batch of codes was ordered.
    BatchCreated { tenant: Tenant, batch: Batch },
    /// Codes exist.
    CodesKnown { tenant: Tenant, codes: Vec<Code> },
    /// A reward has these terms.
    RewardPut { tenant: Tenant, reward: Reward },
    /// A redemption has this state.
    RedemptionKnown { tenant: Tenant, redemption: Redemption },
    /// A campaign has this state.
    CampaignKnown { merchant: String, campaign: Campaign },
    /// A dry run of a campaign was asked for.
    DryRunAsked { merchant: String, campaign: String },
    /// An endpoint exists, or has other terms.
    WebhookPut { merchant: String, webhook: Webhook },
    /// An endpoint has a new secret.
    WebhookSecretRotated { merchant: String, webhook: String, secret: String },
    /// An endpoint gets no events any more.
    WebhookDeleted { merchant: String, webhook: String },
    /// A form for a file was made.
    UploadOpened { tenant: Tenant, upload: Upload },
    /// A file was put into the bucket.
    FileSent { tenant: Tenant, upload: String, rows: Vec<FileRow> },
    /// A person objected by the link of a message.
    ObjectionPressed { link: String, to: String, channel: String },
    /// A person wrote an SMS to a merchant's number.
    TextSent { merchant: String, from: String, text: String },
}
