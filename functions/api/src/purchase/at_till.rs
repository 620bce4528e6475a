//! A stored purchase, as each scope of a key reads it.
//!
//! A purchase's identifier is made of the receipt, so a till can guess it. A till therefore reads no customer,
//! line, total or operator of a purchase.

use crate::purchase::id;
use crate::purchase::request::PurchaseType;
use crate::purchase::response::PurchaseAnswer;
use crate::schema::{Date, DateTime, PurchaseId};
use crate::second::Second;
use domain::{Day, KeyScope};
use http_edge::Till;
use serde::Serialize;
use store::StoredPurchase;
use utoipa::ToSchema;

/// A stored purchase, as a key with the scope till reads it.
#[derive(Serialize, ToSchema)]
pub(crate) struct TillPurchase {
    #[schema(value_type = PurchaseId)]
    purchase_id: String,
    r#type: PurchaseType,
    register: String,
    /// The day of the purchase, in the time zone of the establishment.
    #[schema(value_type = Date)]
    day: Day,
    receipt_number: String,
    /// The points that the purchase gave; below zero for a return.
    points: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    cancelled_at: Option<Second>,
}

/// A stored purchase: as a whole for a key with the scope back office or export, and without its customer,
/// lines, total and operator for a key with the scope till.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum ShownPurchase {
    Whole(Box<PurchaseAnswer>),
    Till(TillPurchase),
}

impl ShownPurchase {
    pub(super) fn of(stored: &StoredPurchase, till: &Till) -> Self {
        match till.key_scope {
            KeyScope::Till => Self::Till(TillPurchase::of(stored)),
            KeyScope::BackOffice | KeyScope::Export => {
                Self::Whole(Box::new(PurchaseAnswer::of(stored)))
            }
        }
    }
}

impl TillPurchase {
    fn of(stored: &StoredPurchase) -> Self {
        let receipt = stored.purchase.receipt();
        Self {
            purchase_id: id::of(receipt),
            r#type: PurchaseType::of(stored.purchase.kind()),
            register: receipt.register.as_str().to_owned(),
            day: receipt.day,
            receipt_number: receipt.number.as_str().to_owned(),
            points: stored.points.get(),
            cancelled_at: stored.cancelled_at.map(Second::from),
        }
    }
}
