//! The rules of the business: members, purchases, points, programmes, coupons, rewards and deadlines. Each
//! aggregate has its folder.
//!
//! The crate is pure: it has no I/O, no clock and no AWS type. The present instant is an argument.
//!
//! # What is always valid
//! - A newtype (`Mobile`, `Quantity`, `CouponCode`, `ReceiptNumber`, …) holds a valid value: its
//!   constructors parse or check it. `Cents`, `Points`, `Day` and `Month` have a constructor for any number
//!   too, for sums, differences and storage; [`Cents::of_document`] checks the amount of a purchase.
//! - [`Purchase`], [`Offer`], [`Reward`] and [`Programme`] are consistent: their constructors check all
//!   fields together. `Terms` are the draft that a constructor checks. `from_stored` skips the check and is
//!   for the store only, which reads what a constructor checked before.
//! - Other structs with public fields ([`Person`], [`Account`], [`Campaign`], …) are records of valid
//!   values. Their methods keep the fields consistent, and the store writes the fields as they are.

pub mod access_log;
pub mod campaign;
pub mod coupon;
mod error;
pub mod inbound;
pub mod language;
pub mod ledger;
pub mod member;
pub mod merchant;
pub mod programme;
pub mod purchase;
pub mod retention;
pub mod reward;
pub mod rights;
pub mod sign_in;
pub mod values;
pub mod webhook;

pub use campaign::Campaign;
pub use campaign::CampaignError;
pub use campaign::segment::Segment;
pub use coupon::CouponError;
pub use coupon::code::CouponCode;
pub use coupon::offer::Offer;
pub use error::{Cause, DomainError, ErrorClass, InvalidField, RequestError};
pub use language::Language;
pub use ledger::LedgerError;
pub use ledger::account::Account;
pub use member::MemberError;
pub use member::consent::{
    Channel, Consent, ConsentSource, Consents, Opposition, OppositionReason,
};
pub use member::registration::{Registration, RegistrationStep};
pub use member::{CardNumber, Enrolment, Person};
pub use merchant::MerchantError;
pub use merchant::origin::Origin;
pub use merchant::{Agreement, CardActivation, Establishment, Merchant, Sector};
pub use programme::ProgrammeError;
pub use programme::{Programme, Programmes};
pub use purchase::PurchaseError;
pub use purchase::receipt::{Receipt, ReceiptNumber, Register};
pub use purchase::{Line, Purchase, PurchaseKind};
pub use reward::Reward;
pub use reward::RewardError;
pub use reward::redemption::Redemption;
pub use rights::{Credential, KeyScope};
pub use values::ValueError;
pub use values::calendar::{Day, Instant, Month};
pub use values::identifiers::{
    AccessId, CampaignId, CouponBatchId, EstablishmentId, KeyId, MemberId, MerchantId, NoticeId,
    OfferId, RedemptionId, RewardId, UploadId, WebhookId,
};
pub use values::mobile::Mobile;
pub use values::money::Cents;
pub use values::points::Points;
pub use values::quantity::Quantity;
pub use webhook::WebhookError;
