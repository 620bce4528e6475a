//! What the business means: members, purchases, points and deadlines.
//!
//! Pure: no I/O, no clock, no AWS type. The instant is an argument wherever it matters, and a value
//! that exists is valid: constructors parse, so nothing is checked twice.

pub mod account;
pub mod calendar;
pub mod campaign;
pub mod consent;
pub mod coupon;
pub mod coupon_code;
pub mod identity;
pub mod invalid;
pub mod ledger;
pub mod lost_card;
pub mod lots;
pub mod member;
pub mod merchant;
pub mod mobile;
pub mod money;
pub mod night;
mod numbering;
pub mod offer;
pub mod optician;
pub mod origin;
pub mod points;
pub mod programme;
pub mod purchase;
pub mod purchase_id;
pub mod qr;
pub mod quantity;
pub mod receipt;
pub mod redemption;
pub mod registration;
pub mod retention;
pub mod reward;
pub mod segment;
pub mod sender;
pub mod sensitive;
pub mod text;
pub mod ticket;
pub mod unmerge;
pub mod webhook;

pub use account::Account;
pub use calendar::{Day, Instant, Month};
pub use campaign::Campaign;
pub use consent::{Channel, Consent, ConsentSource, Consents, Opposition, OppositionReason};
pub use coupon_code::CouponCode;
pub use identity::{
    CampaignId, CouponBatchId, EstablishmentId, KeyId, MemberId, MerchantId, OfferId, RedemptionId,
    RewardId, UploadId, WebhookId,
};
pub use invalid::Invalid;
pub use member::{Enrolment, Person};
pub use merchant::{Agreement, Establishment, Merchant, Sector};
pub use mobile::Mobile;
pub use money::Cents;
pub use offer::Offer;
pub use origin::Origin;
pub use points::Points;
pub use programme::{Programme, Programmes};
pub use purchase::{Kind, Line, Purchase};
pub use quantity::Quantity;
pub use receipt::{Receipt, ReceiptNumber, Register};
pub use redemption::Redemption;
pub use registration::Registration;
pub use reward::Reward;
pub use segment::Segment;
