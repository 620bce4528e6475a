//! What the business means: members, purchases, points and deadlines.
//!
//! Pure: no I/O, no clock, no AWS type. The instant is an argument wherever it matters, and a value
//! that exists is valid: constructors parse, so nothing is checked twice.

pub mod campaign;
pub mod coupon;
mod error;
pub mod language;
pub mod ledger;
pub mod member;
pub mod merchant;
pub mod programme;
pub mod purchase;
pub mod retention;
pub mod reward;
pub mod values;
pub mod webhook;

pub use campaign::Campaign;
pub use campaign::CampaignError;
pub use campaign::segment::Segment;
pub use coupon::CouponError;
pub use coupon::code::CouponCode;
pub use coupon::offer::Offer;
pub use error::{DomainError, ErrorClass, RequestError};
pub use language::Language;
pub use ledger::LedgerError;
pub use ledger::account::Account;
pub use member::MemberError;
pub use member::consent::{
    Channel, Consent, ConsentSource, Consents, Opposition, OppositionReason,
};
pub use member::registration::Registration;
pub use member::{Enrolment, Person};
pub use merchant::MerchantError;
pub use merchant::origin::Origin;
pub use merchant::{Agreement, Establishment, Merchant, Sector};
pub use programme::ProgrammeError;
pub use programme::{Programme, Programmes};
pub use purchase::PurchaseError;
pub use purchase::receipt::{Receipt, ReceiptNumber, Register};
pub use purchase::{Kind, Line, Purchase};
pub use reward::Reward;
pub use reward::RewardError;
pub use reward::redemption::Redemption;
pub use values::ValueError;
pub use values::calendar::{Day, Instant, Month};
pub use values::identifiers::{
    CampaignId, CouponBatchId, EstablishmentId, KeyId, MemberId, MerchantId, OfferId, RedemptionId,
    RewardId, UploadId, WebhookId,
};
pub use values::mobile::Mobile;
pub use values::money::Cents;
pub use values::points::Points;
pub use values::quantity::Quantity;
pub use webhook::WebhookError;
