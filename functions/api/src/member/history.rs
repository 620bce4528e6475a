//! A member's history, newest first.

use crate::openapi::TillRefusals;
use crate::purchase::id;
use crate::purchase::request::PurchaseType;
use crate::reward::redemption::RedemptionState;
use crate::{App, identifiers};
use axum::Json;
use axum::extract::State;
use domain::ledger::entry::{Cause, LedgerEntry};
use domain::ledger::lots::Lot;
use domain::reward::redemption::{self, Spent};
use domain::{Instant, KeyId, Redemption};
use http_edge::{Page, Problem, Segments, Till, cursor};
use serde::Serialize;
use std::collections::HashMap;
use store::{CardEvent, HistoryEntry, HistoryKey, StoredPurchase};
use utoipa::ToSchema;

/// What happened.
#[derive(Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryType {
    /// Goods were sold.
    #[default]
    Sale,
    /// Goods came back.
    Return,
    /// Another member was merged into this one.
    Merge,
    /// Given on becoming a member.
    Welcome,
    /// Given on completing the registration.
    Activation,
    /// Given on the birthday.
    Birthday,
    /// The member came and bought nothing.
    Visit,
    /// What was not spent ended.
    Expiry,
    /// Corrected by hand.
    Adjustment,
    /// Points were spent on a reward, or off a bill.
    Redemption,
    /// A merge with another member was undone.
    Unmerge,
    /// The merchant gave the customer a coupon of their own.
    CouponGiven,
    /// The card was blocked as lost.
    CardBlocked,
    /// The card can be used again.
    CardUnblocked,
    /// Another card took the place of the one there was.
    CardReplaced,
    /// A sale entered for the wrong customer came here.
    MovedHere,
    /// A sale entered for the wrong customer went away.
    MovedAway,
}

/// Points of one day that an entry took.
#[derive(Serialize, ToSchema)]
pub(crate) struct LotTaken {
    /// The day they were earned.
    #[schema(format = Date)]
    earned_on: String,
    points: i64,
}

impl LotTaken {
    pub(crate) fn all(lots: &[Lot]) -> Vec<Self> {
        let told = |lot: &Lot| Self { earned_on: lot.day.to_string(), points: lot.remaining.get() };
        lots.iter().map(told).collect()
    }
}

/// Something that happened to a member's account. Only a purchase has a receipt.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct HistoryItem {
    r#type: EntryType,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// The points it gave, below zero where it took some; of a merge undone, what the absorbed one had brought
    /// in and did not get back.
    points: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase_id: Option<String>,
    /// The code of the purchase's establishment, or of the visit's.
    #[serde(skip_serializing_if = "Option::is_none")]
    establishment: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = Date)]
    day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_cents: Option<i64>,
    /// The balance after it, at the time.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    cancelled_at: Option<Instant>,
    /// The member that was merged into this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    absorbed_member_id: Option<String>,
    /// The points it took, by the day they were earned.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lots: Vec<LotTaken>,
    /// Who corrected the balance.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// Why: `goodwill`, `correction`, `transfer` or `fraud`.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redemption_id: Option<String>,
    /// The reward that the points were spent on.
    #[serde(skip_serializing_if = "Option::is_none")]
    reward_id: Option<String>,
    /// The coupon that was given, for points or by the merchant, as it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    coupon_code: Option<String>,
    /// The offer of a coupon that the merchant gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_id: Option<String>,
    /// The coupons that a sale used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupons_used: Vec<String>,
    /// How far the redemption is.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<RedemptionState>,
    /// The member that this one was parted from, or that a sale came from or went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_member_id: Option<String>,
    /// The key of the till that did it, where there is no receipt.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
}

/// A page of history.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    entries: Vec<HistoryItem>,
    /// What to ask the next page with; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl HistoryItem {
    fn of(entry: &HistoryEntry) -> Self {
        match entry {
            HistoryEntry::Purchase(stored) => Self::purchase(stored),
            HistoryEntry::Merged { absorbed, at, by } => Self {
                absorbed_member_id: Some(absorbed.to_string()),
                ..Self::note(EntryType::Merge, *at, *by)
            },
            HistoryEntry::Unmerged { other, points, at, by } => Self {
                points: points.get(),
                other_member_id: Some(other.to_string()),
                ..Self::note(EntryType::Unmerge, *at, *by)
            },
            HistoryEntry::CouponGiven { code, offer, at } => Self {
                coupon_code: Some(code.to_string()),
                offer_id: Some(offer.to_string()),
                ..Self::note(EntryType::CouponGiven, *at, None)
            },
            HistoryEntry::Card { step, at, by } => {
                let r#type = match step {
                    CardEvent::Blocked => EntryType::CardBlocked,
                    CardEvent::Unblocked => EntryType::CardUnblocked,
                    CardEvent::Replaced => EntryType::CardReplaced,
                };
                Self::note(r#type, *at, *by)
            }
            HistoryEntry::Moved { receipt, here, other, points, at, by } => {
                let r#type = if *here { EntryType::MovedHere } else { EntryType::MovedAway };
                Self {
                    points: points.get(),
                    purchase_id: Some(id::of(receipt)),
                    other_member_id: Some(other.to_string()),
                    ..Self::note(r#type, *at, *by)
                }
            }
            HistoryEntry::Ledger(entry) => Self::ledger(entry),
            HistoryEntry::Redemption { redemption, by } => Self::redemption(redemption, *by),
        }
    }

    fn note(r#type: EntryType, at: Instant, by: Option<KeyId>) -> Self {
        Self { r#type, at, key_id: by.map(|key| key.to_string()), ..Self::default() }
    }

    fn ledger(entry: &LedgerEntry) -> Self {
        let (adjustment, establishment) = match &entry.cause {
            Cause::Adjustment(adjustment) => (Some(adjustment), None),
            Cause::Visit(establishment) => (None, Some(establishment)),
            _ => (None, None),
        };
        Self {
            r#type: match entry.cause {
                Cause::Welcome => EntryType::Welcome,
                Cause::Activation => EntryType::Activation,
                Cause::Birthday => EntryType::Birthday,
                Cause::Visit(_) => EntryType::Visit,
                Cause::Expiry => EntryType::Expiry,
                Cause::Adjustment(_) => EntryType::Adjustment,
            },
            at: entry.at,
            points: entry.points.get(),
            establishment: establishment.map(ToString::to_string),
            lots: LotTaken::all(&entry.lots),
            author: adjustment.map(|adjustment| adjustment.author.as_str().to_owned()),
            reason: adjustment.map(|adjustment| adjustment.reason.as_str()),
            reference: adjustment
                .and_then(|adjustment| adjustment.reference.as_ref())
                .map(|reference| reference.as_str().to_owned()),
            ..Self::default()
        }
    }

    fn redemption(redemption: &Redemption, by: Option<KeyId>) -> Self {
        let cancelled = redemption.state == redemption::State::Cancelled;
        Self {
            points: -redemption.points.get(),
            lots: LotTaken::all(&redemption.lots),
            cancelled_at: cancelled.then_some(redemption.changed_at),
            redemption_id: Some(redemption.id.to_string()),
            reward_id: redemption.reward().map(|reward| reward.to_string()),
            coupon_code: match &redemption.spent {
                Spent::Coupon(_, code) => Some(code.to_string()),
                Spent::Goods(_) | Spent::Bill => None,
            },
            state: Some(RedemptionState::of(redemption.state)),
            ..Self::note(EntryType::Redemption, redemption.requested_at, by)
        }
    }

    fn purchase(stored: &StoredPurchase) -> Self {
        let receipt = stored.purchase.receipt();
        let coupons = stored.purchase.coupons().iter();
        Self {
            r#type: match PurchaseType::of(stored.purchase.kind()) {
                PurchaseType::Sale => EntryType::Sale,
                PurchaseType::Return => EntryType::Return,
            },
            at: stored.purchase.sold_at(),
            points: stored.points.get(),
            purchase_id: Some(id::of(receipt)),
            establishment: Some(receipt.establishment.to_string()),
            register: Some(receipt.register.as_str().to_owned()),
            day: Some(receipt.day.to_string()),
            receipt_number: Some(receipt.number.as_str().to_owned()),
            total_cents: Some(stored.purchase.total().get()),
            balance: Some(stored.balance.get()),
            coupons_used: coupons.map(|used| used.code.to_string()).collect(),
            cancelled_at: stored.cancelled_at,
            ..Self::default()
        }
    }
}

/// What happened to a member's account, newest first.
#[utoipa::path(
    operation_id = "list_history",
    get, path = "/v1/members/{member_id}/history", tag = "members", security(("till_key" = [])),
    params(
        ("member_id" = String, Path),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 500, description = "50 by default."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
    ),
    responses(
        (status = 200, description = "A page.", body = HistoryPage),
        (status = 400, description = "A parameter is not accepted.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn list(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    Page { limit, after }: Page<HashMap<String, HistoryKey>>,
) -> Result<Json<HistoryPage>, Problem> {
    let id = identifiers::member(&id)?;
    let after = after.unwrap_or_default();
    let page = app.store().history(&till.scope, id, &after, limit).await?;
    let next_cursor = page.next.map(|next| cursor::encode(&next)).transpose();
    Ok(Json(HistoryPage {
        entries: page.entries.iter().map(HistoryItem::of).collect(),
        next_cursor: next_cursor.map_err(|error| Problem::defect(error.to_string()))?,
    }))
}
