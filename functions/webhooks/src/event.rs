//! The event of a change, byte for byte as it is posted. An event holds identifiers and figures, and
//! never personal data: a receiver that needs more asks the API with a key.

use domain::values::calendar;
use domain::webhook::EventType;
use domain::{Instant, Points};
use serde::Serialize;
use store::{Change, ChangeKind, ChangedPurchase, Event, EventKey};

#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    created_at: Instant,
    r#type: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Data<'a> {
    Purchase(Figures<'a>),
    Points { member_id: String, cause: &'a str, points: i64 },
    Member { member_id: String },
    Merge { member_id: String, absorbed_member_id: String },
    Erasure { member_id: String, reason: &'static str },
}

#[derive(Serialize)]
struct Figures<'a> {
    purchase_id: &'a str,
    r#type: &'static str,
    establishment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<String>,
    total_cents: i64,
    points: i64,
    /// The balance after the purchase. A cancellation does not have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
}

impl<'a> Figures<'a> {
    fn of(purchase: &'a ChangedPurchase, balance: Option<Points>) -> Self {
        Self {
            purchase_id: &purchase.id,
            r#type: if purchase.is_return { "return" } else { "sale" },
            establishment: purchase.establishment.as_str(),
            member_id: purchase.member.map(|member| member.to_string()),
            total_cents: purchase.total.get(),
            points: purchase.points.get(),
            balance: balance.filter(|_| purchase.member.is_some()).map(Points::get),
        }
    }
}

/// The event of a change. The error is that of serialisation, which cannot fail for these fields.
pub fn event(change: &Change) -> Result<Event, serde_json::Error> {
    let (kind, data) = match &change.kind {
        ChangeKind::PurchaseCreated(purchase) => (
            EventType::PurchaseCreated,
            Data::Purchase(Figures::of(purchase, Some(purchase.balance))),
        ),
        ChangeKind::PurchaseCancelled(purchase) => {
            (EventType::PurchaseCancelled, Data::Purchase(Figures::of(purchase, None)))
        }
        ChangeKind::PurchaseAttached(purchase) => (
            EventType::PurchaseAttached,
            Data::Purchase(Figures::of(purchase, Some(purchase.balance))),
        ),
        ChangeKind::PointsChanged { member, cause, points } => (
            EventType::PointsChanged,
            Data::Points { member_id: member.to_string(), cause, points: points.get() },
        ),
        ChangeKind::MemberCreated { member } => {
            (EventType::MemberCreated, Data::Member { member_id: member.to_string() })
        }
        ChangeKind::MemberMerged { member, absorbed } => (
            EventType::MemberMerged,
            Data::Merge { member_id: member.to_string(), absorbed_member_id: absorbed.to_string() },
        ),
        ChangeKind::MemberErased { member, reason } => (
            EventType::MemberErased,
            Data::Erasure { member_id: member.to_string(), reason: reason.as_str() },
        ),
    };
    let body = Body {
        id: &change.id,
        created_at: calendar::whole_second(change.at),
        r#type: kind.as_str(),
        data,
    };
    let key = EventKey { at: change.at, id: change.id.clone() };
    Ok(Event { key, kind, origin: change.origin, body: serde_json::to_string(&body)? })
}
