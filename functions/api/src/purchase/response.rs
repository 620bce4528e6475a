//! A purchase as it is answered and shown.

use super::request::PurchaseType;
use crate::purchase::id;
use domain::language::french::ticket;
use domain::ledger::Balance;
use domain::programme::{self, Unit};
use domain::purchase::UsedCoupon;
use domain::{Instant, Points, Receipt};
use serde::Serialize;
use store::{Recorded, Source, StoredPurchase};
use utoipa::ToSchema;

/// What kind of rule gave a part of the points.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartSource {
    /// Money spent.
    Spend,
    /// A visit.
    Visit,
    /// The multiplier, beyond what it multiplied.
    Multiplier,
    /// A bonus.
    Bonus,
    /// What the cap of the day took off, below zero.
    DailyCap,
}

/// A part of what a sale gives, with its rule.
#[derive(Serialize, ToSchema)]
#[schema(as = EarnedPart)]
pub(crate) struct Part {
    source: PartSource,
    /// What the merchant calls the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    points: i64,
}

impl Part {
    pub(crate) fn of(part: &programme::Part) -> Self {
        Self {
            source: match part.source {
                programme::Source::Spend => PartSource::Spend,
                programme::Source::Visit => PartSource::Visit,
                programme::Source::Multiplier => PartSource::Multiplier,
                programme::Source::Bonus => PartSource::Bonus,
                programme::Source::DailyCap => PartSource::DailyCap,
            },
            name: part.name.clone(),
            points: part.points.get(),
        }
    }
}

/// What became of a purchase.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entered {
    purchase_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<String>,
    r#type: PurchaseType,
    /// The points it gave, below zero for a return.
    points: i64,
    /// Why, part by part; empty for a return.
    earned: Vec<Part>,
    /// What can be spent after it; absent where the purchase is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// What waits after it for the time of returns to pass; absent where nothing does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<i64>,
    /// Lines for the ticket, in French, of at most 40 characters; none where the purchase is nobody's.
    ticket: Vec<String>,
    total_cents: i64,
    /// Whether the total differs from the lines by more than rounding.
    total_differs_from_lines: bool,
    /// Whether it made its customer a member.
    enrolled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    cancelled_at: Option<Instant>,
}

/// A line as it was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    quantity: String,
    unit_price_cents: i64,
    discount_cents: i64,
}

/// A coupon that a sale used.
#[derive(Serialize, ToSchema)]
#[schema(as = UsedCoupon)]
pub(crate) struct Coupon {
    /// As it is printed.
    code: String,
    /// What the till took off for it.
    discount_cents: i64,
}

impl Coupon {
    fn of(used: &UsedCoupon) -> Self {
        Self { code: used.code.to_string(), discount_cents: used.discount.get() }
    }

    pub(crate) fn all_of(purchase: &domain::Purchase) -> Vec<Self> {
        purchase.coupons().iter().map(Self::of).collect()
    }
}

/// A sale that a return names.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedSale {
    purchase_id: String,
    establishment: String,
    register: String,
    #[schema(format = Date)]
    day: String,
    receipt_number: String,
}

/// Who told of a purchase.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToldBy {
    /// A till, through this API.
    Till,
    /// The operator, by hand.
    Operator,
    /// A line of a file.
    File,
}

/// A purchase as it was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct PurchaseAnswer {
    purchase_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    member_id: Option<String>,
    r#type: PurchaseType,
    /// The code of its establishment.
    establishment: String,
    register: String,
    /// The day of it in the establishment's zone.
    #[schema(format = Date)]
    day: String,
    receipt_number: String,
    #[schema(value_type = String, format = DateTime)]
    sold_at: Instant,
    /// The points it gave, below zero for a return.
    points: i64,
    /// Why, part by part; empty for a return.
    earned: Vec<Part>,
    /// What could be spent after it, at the time; absent where the purchase is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// What waited after it for the time of returns to pass; absent where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<i64>,
    total_cents: i64,
    /// The coupons that it used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupons: Vec<Coupon>,
    total_differs_from_lines: bool,
    lines: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned_sale: Option<NamedSale>,
    /// How much of it has come back.
    returned_cents: i64,
    told_by: ToldBy,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    cancelled_at: Option<Instant>,
}

impl Entered {
    pub(crate) fn of(purchase: &domain::Purchase, recorded: &Recorded, unit: Unit) -> Self {
        let balance =
            Balance { available: recorded.balance, pending: recorded.pending, expiring: None };
        let printed = |_| ticket::lines(unit, Some(recorded.points), &balance);
        Self {
            purchase_id: id::of(purchase.receipt()),
            member_id: recorded.member.map(|id| id.to_string()),
            r#type: PurchaseType::of(purchase.kind()),
            points: recorded.points.get(),
            earned: recorded.parts.iter().map(Part::of).collect(),
            balance: recorded.member.map(|_| recorded.balance.get()),
            pending: some(recorded.pending),
            ticket: recorded.member.map_or_else(Vec::new, printed),
            total_cents: purchase.total().get(),
            total_differs_from_lines: purchase.total_differs(),
            enrolled: recorded.enrolled,
            cancelled_at: recorded.cancelled_at,
        }
    }
}

fn some(points: Points) -> Option<i64> {
    (points != Points::ZERO).then_some(points.get())
}

impl PurchaseAnswer {
    pub(crate) fn of(stored: &StoredPurchase) -> Self {
        let purchase = &stored.purchase;
        let receipt = purchase.receipt();
        let returned_sale = match purchase.kind() {
            domain::PurchaseKind::Return { of: Some(sale) } => Some(NamedSale::of(sale)),
            _ => None,
        };
        Self {
            purchase_id: id::of(receipt),
            member_id: stored.member.map(|id| id.to_string()),
            r#type: PurchaseType::of(purchase.kind()),
            establishment: receipt.establishment.to_string(),
            register: receipt.register.as_str().to_owned(),
            day: receipt.day.to_string(),
            receipt_number: receipt.number.as_str().to_owned(),
            sold_at: purchase.sold_at(),
            points: stored.points.get(),
            earned: stored.parts.iter().map(Part::of).collect(),
            balance: stored.member.map(|_| stored.balance.get()),
            pending: some(stored.pending),
            total_cents: purchase.total().get(),
            coupons: Coupon::all_of(purchase),
            total_differs_from_lines: purchase.total_differs(),
            lines: purchase.lines().iter().map(Line::of).collect(),
            operator: purchase.operator().map(|operator| operator.as_str().to_owned()),
            returned_sale,
            returned_cents: stored.returned.get(),
            told_by: match stored.source {
                Source::Till(_) => ToldBy::Till,
                Source::Operator => ToldBy::Operator,
                Source::File { .. } => ToldBy::File,
            },
            cancelled_at: stored.cancelled_at,
        }
    }
}

impl NamedSale {
    fn of(receipt: &Receipt) -> Self {
        Self {
            purchase_id: id::of(receipt),
            establishment: receipt.establishment.to_string(),
            register: receipt.register.as_str().to_owned(),
            day: receipt.day.to_string(),
            receipt_number: receipt.number.as_str().to_owned(),
        }
    }
}

impl Line {
    fn of(line: &domain::Line) -> Self {
        Self {
            sku: line.sku.clone(),
            label: line.label.clone(),
            category: line.category.clone(),
            quantity: line.quantity.to_string(),
            unit_price_cents: line.unit_price.get(),
            discount_cents: line.discount.get(),
        }
    }
}
