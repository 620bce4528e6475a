//! A member's history, newest first.

use crate::openapi::TillRefusals;
use crate::purchases::PurchaseType;
use crate::{App, identifiers, purchase_id};
use axum::Json;
use axum::extract::State;
use domain::{Instant, KeyId};
use http_edge::{Page, Problem, Segments, Till, cursor};
use serde::Serialize;
use std::collections::HashMap;
use store::{CardEvent, HistoryEntry, HistoryKey, StoredPurchase};
use utoipa::ToSchema;

/// What happened.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryType {
    /// Goods were sold.
    Sale,
    /// Goods came back.
    Return,
    /// Another member was merged into this one.
    Merge,
    /// A merge with another member was undone.
    Unmerge,
    /// The card was blocked as lost.
    CardBlocked,
    /// The card can be used again.
    CardUnblocked,
    /// Another card took the place of the one there was.
    CardReplaced,
}

/// Something that happened to a member's account. Only sales and returns have a receipt.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryItem {
    r#type: EntryType,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Instant,
    /// The points it gave, below zero for a return; of a merge undone, what the absorbed one had brought
    /// in and did not get back.
    points: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    purchase_id: Option<String>,
    /// The code of the purchase's establishment.
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
    /// The member that this one was parted from.
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
            HistoryEntry::Card { step, at, by } => {
                let r#type = match step {
                    CardEvent::Blocked => EntryType::CardBlocked,
                    CardEvent::Unblocked => EntryType::CardUnblocked,
                    CardEvent::Replaced => EntryType::CardReplaced,
                };
                Self::note(r#type, *at, *by)
            }
        }
    }

    fn note(r#type: EntryType, at: Instant, by: Option<KeyId>) -> Self {
        Self {
            r#type,
            at,
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
            other_member_id: None,
            key_id: by.map(|key| key.to_string()),
        }
    }

    fn purchase(stored: &StoredPurchase) -> Self {
        let receipt = stored.purchase.receipt();
        Self {
            r#type: match PurchaseType::of(stored.purchase.kind()) {
                PurchaseType::Sale => EntryType::Sale,
                PurchaseType::Return => EntryType::Return,
            },
            at: stored.purchase.sold_at(),
            points: stored.points.get(),
            purchase_id: Some(purchase_id::of(receipt)),
            establishment: Some(receipt.establishment.to_string()),
            register: Some(receipt.register.as_str().to_owned()),
            day: Some(receipt.day.to_string()),
            receipt_number: Some(receipt.number.as_str().to_owned()),
            total_cents: Some(stored.purchase.total().get()),
            balance: Some(stored.balance.get()),
            cancelled_at: stored.cancelled_at,
            absorbed_member_id: None,
            other_member_id: None,
            key_id: None,
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
