//! An entry of a member's history, as a till reads it.

use crate::ledger::lot::LotTaken;
use crate::purchase::id;
use crate::purchase::request::PurchaseType;
use crate::reward::redemption_state::RedemptionState;
use crate::schema::{CredentialText, Date, DateTime, EstablishmentCode, Identifier, PurchaseId};
use crate::second::Second;
use domain::ledger::entry::{Cause, LedgerEntry};
use domain::reward::redemption::{self, Spent};
use domain::{
    Credential, Day, EstablishmentId, Instant, MemberId, OfferId, Redemption, RedemptionId,
    RewardId,
};
use serde::Serialize;
use store::{CardEvent, HistoryEntry, StoredPurchase};
use utoipa::ToSchema;

/// The kind of an entry.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryType {
    /// A sale.
    Sale,
    /// A return.
    Return,
    /// Another member was merged into this member.
    Merge,
    /// Points for becoming a member.
    Welcome,
    /// Points for completing the registration.
    Activation,
    /// Points for the birthday.
    Birthday,
    /// A visit without a purchase.
    Visit,
    /// Points that were not spent expired.
    Expiry,
    /// A correction of the balance by hand.
    Adjustment,
    /// Points were spent on a reward, or off a bill.
    Redemption,
    /// A merge with another member was undone.
    Unmerge,
    /// The merchant gave the member a coupon.
    CouponGiven,
    /// The card was blocked as lost.
    CardBlocked,
    /// The card was unblocked.
    CardUnblocked,
    /// The card was replaced.
    CardReplaced,
    /// The person's data were corrected, or the mobile was changed.
    Correction,
    /// A sale recorded for another member was moved to this member.
    MovedHere,
    /// A sale recorded for this member was moved to another member.
    MovedAway,
}

/// An entry of a member's history. Only a purchase has a receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryItem {
    r#type: EntryType,
    /// The instant of the entry.
    #[schema(value_type = DateTime)]
    at: Second,
    /// The points that the entry gave, or took where the number is below zero. For a merge, the
    /// points of gifts that both members had, which are taken back. For an undone merge, these points, and those
    /// that the absorbed member contributed and did not get back.
    points: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<PurchaseId>)]
    purchase_id: Option<String>,
    /// The code of the establishment of the purchase or visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EstablishmentCode>)]
    establishment: Option<EstablishmentId>,
    /// The register of the purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    /// The day of the purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    day: Option<Day>,
    /// The number of the purchase's receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_number: Option<String>,
    /// The total of the purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_cents: Option<i64>,
    /// The balance after the purchase, at the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// The instant at which the purchase or redemption was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    cancelled_at: Option<Second>,
    /// The member that was merged into this member. Absent once that member is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    absorbed_member_id: Option<MemberId>,
    /// The lots that the points were taken from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lots: Vec<LotTaken>,
    /// The person who corrected the balance, by the short code of the merchant's own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// The reason of a correction: `goodwill`, `correction`, `transfer` or `fraud`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    /// The merchant's reference of a correction.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    redemption_id: Option<RedemptionId>,
    /// The reward that the points were spent on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    reward_id: Option<RewardId>,
    /// The coupon that was given for points or by the merchant, as it is printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon_code: Option<String>,
    /// The offer of a coupon that the merchant gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    offer_id: Option<OfferId>,
    /// The coupons that the sale used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupons_used: Vec<String>,
    /// The state of the redemption.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<RedemptionState>,
    /// The other member of an undone merge, or of a sale that was moved. Absent once that member is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    other_member_id: Option<MemberId>,
    /// The fields of the person that a correction changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(examples(json!(["mobile"])))]
    fields: Vec<String>,
    /// The credential that made the entry.
    #[schema(value_type = CredentialText)]
    by: Credential,
    /// The credential that cancelled the purchase, or that fulfilled or cancelled the redemption.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    changed_by: Option<Credential>,
    /// The credential that attached the purchase to its customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    attached_by: Option<Credential>,
}

impl HistoryItem {
    pub(super) fn of(entry: &HistoryEntry) -> Self {
        match entry {
            HistoryEntry::Purchase(stored) => Self::purchase(stored),
            HistoryEntry::Merged { absorbed, points, at, by } => Self {
                absorbed_member_id: *absorbed,
                points: points.get(),
                ..Self::by(EntryType::Merge, *at, *by)
            },
            HistoryEntry::Unmerged { other, points, at, by } => Self {
                points: points.get(),
                other_member_id: *other,
                ..Self::by(EntryType::Unmerge, *at, *by)
            },
            HistoryEntry::CouponGiven { code, offer, at, by } => Self {
                coupon_code: Some(code.to_string()),
                offer_id: Some(*offer),
                ..Self::by(EntryType::CouponGiven, *at, *by)
            },
            HistoryEntry::Card { step, at, by } => {
                let r#type = match step {
                    CardEvent::Blocked => EntryType::CardBlocked,
                    CardEvent::Unblocked => EntryType::CardUnblocked,
                    CardEvent::Replaced => EntryType::CardReplaced,
                };
                Self::by(r#type, *at, *by)
            }
            HistoryEntry::Moved { receipt, here, other, points, at, by } => {
                let r#type = if *here { EntryType::MovedHere } else { EntryType::MovedAway };
                Self {
                    points: points.get(),
                    purchase_id: receipt.as_ref().map(id::of),
                    other_member_id: *other,
                    ..Self::by(r#type, *at, *by)
                }
            }
            HistoryEntry::Changed { fields, at, by } => {
                Self { fields: fields.clone(), ..Self::by(EntryType::Correction, *at, *by) }
            }
            HistoryEntry::Ledger { entry, by } => Self::ledger(entry, *by),
            HistoryEntry::Redemption { redemption, by, changed_by } => {
                Self { changed_by: *changed_by, ..Self::redemption(redemption, *by) }
            }
        }
    }

    /// An entry of which only the kind, the instant and the credential are known.
    fn by(r#type: EntryType, at: Instant, by: Credential) -> Self {
        Self {
            r#type,
            at: at.into(),
            points: 0,
            purchase_id: None,
            establishment: None,
            register: None,
            day: None,
            receipt_number: None,
            total_cents: None,
            balance: None,
            cancelled_at: None,
            absorbed_member_id: None,
            lots: vec![],
            author: None,
            reason: None,
            reference: None,
            redemption_id: None,
            reward_id: None,
            coupon_code: None,
            offer_id: None,
            coupons_used: vec![],
            state: None,
            other_member_id: None,
            fields: vec![],
            by,
            changed_by: None,
            attached_by: None,
        }
    }

    fn ledger(entry: &LedgerEntry, by: Credential) -> Self {
        let (adjustment, establishment) = match &entry.cause {
            Cause::Adjustment(adjustment) => (Some(adjustment), None),
            Cause::Visit(establishment) => (None, Some(establishment)),
            _ => (None, None),
        };
        let r#type = match entry.cause {
            Cause::Welcome => EntryType::Welcome,
            Cause::Activation => EntryType::Activation,
            Cause::Birthday => EntryType::Birthday,
            Cause::Visit(_) => EntryType::Visit,
            Cause::Expiry => EntryType::Expiry,
            Cause::Adjustment(_) => EntryType::Adjustment,
        };
        Self {
            points: entry.points.get(),
            establishment: establishment.cloned(),
            lots: LotTaken::all(&entry.lots),
            author: adjustment.map(|adjustment| adjustment.author.as_str().to_owned()),
            reason: adjustment.map(|adjustment| adjustment.reason.as_str()),
            reference: adjustment
                .and_then(|adjustment| adjustment.reference.as_ref())
                .map(|reference| reference.as_str().to_owned()),
            ..Self::by(r#type, entry.at, by)
        }
    }

    fn redemption(redemption: &Redemption, by: Credential) -> Self {
        let cancelled = redemption.state == redemption::State::Cancelled;
        Self {
            points: -redemption.points.get(),
            lots: LotTaken::all(&redemption.lots),
            cancelled_at: cancelled.then_some(redemption.changed_at.into()),
            redemption_id: Some(redemption.id),
            reward_id: redemption.reward(),
            coupon_code: match &redemption.spent {
                Spent::Coupon(_, code) => Some(code.to_string()),
                Spent::Goods(_) | Spent::Bill => None,
            },
            state: Some(RedemptionState::of(redemption.state)),
            ..Self::by(EntryType::Redemption, redemption.requested_at, by)
        }
    }

    fn purchase(stored: &StoredPurchase) -> Self {
        let receipt = stored.purchase.receipt();
        let coupons = stored.purchase.coupons().iter();
        let r#type = match PurchaseType::of(stored.purchase.kind()) {
            PurchaseType::Sale => EntryType::Sale,
            PurchaseType::Return => EntryType::Return,
        };
        Self {
            points: stored.points.get(),
            purchase_id: Some(id::of(receipt)),
            establishment: Some(receipt.establishment.clone()),
            register: Some(receipt.register.as_str().to_owned()),
            day: Some(receipt.day),
            receipt_number: Some(receipt.number.as_str().to_owned()),
            total_cents: Some(stored.purchase.total().get()),
            balance: Some(stored.balance.get()),
            coupons_used: coupons.map(|used| used.code.to_string()).collect(),
            cancelled_at: stored.cancelled_at.map(Second::from),
            changed_by: stored.cancelled_by,
            attached_by: stored.attached_by,
            ..Self::by(r#type, stored.purchase.sold_at(), stored.source.credential())
        }
    }
}
