//! The records of a merchant, as far as their owners know them.

use domain::Instant;
use serde_json::Value;
use store::Mode;

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// The identifier.
    pub id: String,
    /// The number of the person in the population.
    pub person: u16,
    /// The mobile.
    pub mobile: String,
    /// The card.
    pub card: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether the card is blocked.
    pub is_card_blocked: bool,
    /// When the enrolment was acknowledged.
    pub enrolled_at: Instant,
    /// When the last use was acknowledged: a purchase, a visit, a redemption, a step of the registration, or the
    /// enrolment.
    pub last_activity: Instant,
    /// The member that this one was merged into.
    pub merged_into: Option<String>,
    /// When the erasure was acknowledged.
    pub erased_at: Option<Instant>,
}

/// A sale or a return.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The identifier, which encodes the receipt.
    pub id: String,
    /// Whether it is a return.
    pub is_return: bool,
    /// The code of the establishment.
    pub establishment: String,
    /// The register.
    pub register: String,
    /// The day, in the time zone of the establishment.
    pub day: String,
    /// The number of the receipt.
    pub receipt_number: String,
    /// The instant of the sale.
    pub sold_at: Instant,
    /// The total.
    pub total_cents: i64,
    /// The member, where it is known.
    pub member: Option<String>,
    /// The points that it gave.
    pub points: i64,
    /// The codes of the coupons that it used.
    pub coupons: Vec<String>,
    /// The document, as the till sent it.
    pub document: Value,
    /// The receipt of the sale that a return names.
    pub returned_sale: Option<String>,
    /// When it was cancelled, as the service says.
    pub cancelled_at: Option<String>,
}

/// An offer.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The identifier.
    pub id: String,
    /// The terms, as they were acknowledged last.
    pub terms: Value,
}

impl Offer {
    /// Whether each code is used once.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.terms["usage"]["type"] == "single"
    }
}

/// A batch of coupons.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The identifier.
    pub id: String,
    /// The identifier of the offer.
    pub offer: String,
}

/// A code of a coupon.
#[derive(Debug, Clone)]
pub struct Code {
    /// The code.
    pub code: String,
    /// The identifier of the offer.
    pub offer: String,
    /// The only member who may use it.
    pub member: Option<String>,
    /// Whether it was disabled.
    pub is_disabled: bool,
    /// The purchases that used it, and are not cancelled.
    pub used_by: Vec<String>,
}

/// A reward.
#[derive(Debug, Clone)]
pub struct Reward {
    /// The identifier.
    pub id: String,
    /// The terms, as they were acknowledged last.
    pub terms: Value,
}

/// A redemption of points.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// The identifier.
    pub id: String,
    /// The member.
    pub member: String,
    /// The reward; `None` for points off a bill.
    pub reward: Option<String>,
    /// The points.
    pub points: i64,
    /// The code of the coupon that was given.
    pub coupon: Option<String>,
    /// The state: `requested`, `fulfilled` or `cancelled`.
    pub state: String,
}

/// A campaign.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// The identifier.
    pub id: String,
    /// The state that the service acknowledged last.
    pub state: String,
    /// Whether a dry run was asked for.
    pub has_dry_run: bool,
}

/// An endpoint of webhooks.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// The identifier.
    pub id: String,
    /// Live or test data.
    pub mode: Mode,
    /// The address.
    pub url: String,
    /// The types of events.
    pub events: Vec<String>,
    /// The secrets, the latest last.
    pub secrets: Vec<String>,
    /// When the endpoint was acknowledged.
    pub created_at: Instant,
    /// When the deletion was acknowledged.
    pub deleted_at: Option<Instant>,
}

/// A file.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The identifier.
    pub id: String,
    /// The key of the object.
    pub object: String,
    /// The code of the establishment.
    pub establishment: String,
}

/// A row of a file: a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// The number of the receipt.
    pub receipt_number: String,
    /// The day.
    pub day: String,
    /// The total, below zero for a return.
    pub total_cents: i64,
    /// The mobile of the customer.
    pub mobile: Option<String>,
    /// Whether the customer asked for the card.
    pub is_card_requested: bool,
}
