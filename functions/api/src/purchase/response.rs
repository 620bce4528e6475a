//! A purchase, in the answers to a till.

use crate::purchase::id;
use crate::purchase::request::PurchaseType;
use crate::schema::{CredentialText, Date, DateTime, EstablishmentCode, Identifier, PurchaseId};
use crate::second::Second;
use domain::language::french::ticket;
use domain::ledger::Balance;
use domain::programme::{self, Unit};
use domain::purchase::{self, UsedCoupon};
use domain::{Cents, Credential, Day, EstablishmentId, MemberId, Points, Receipt};
use serde::Serialize;
use store::{Recorded, Source, StoredPurchase};
use utoipa::ToSchema;

/// The kind of rule that gave a part of the points.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartSource {
    /// Points for money.
    Spend,
    /// Points for the visit.
    Visit,
    /// The points that the multiplier adds.
    Multiplier,
    /// A bonus.
    Bonus,
    /// The points above the limit of 1,000,000 for one sale, below zero.
    SaleLimit,
    /// The points that the cap of the day takes off, below zero.
    DailyCap,
}

/// A part of the points that a sale gives, with its rule.
#[derive(Serialize, ToSchema)]
#[schema(as = EarnedPart)]
pub(crate) struct Part {
    source: PartSource,
    /// The merchant's name for the rule.
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
                programme::Source::SaleLimit => PartSource::SaleLimit,
                programme::Source::DailyCap => PartSource::DailyCap,
            },
            name: part.name.clone(),
            points: part.points.get(),
        }
    }
}

/// The result of recording a purchase. The fields of a balance are absent for an anonymous purchase.
#[derive(Serialize, ToSchema)]
pub(crate) struct Entered {
    #[schema(value_type = PurchaseId)]
    purchase_id: String,
    /// The member. Absent for a key with the scope till whose request names no customer, for example a return
    /// that names its sale only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    member_id: Option<MemberId>,
    r#type: PurchaseType,
    /// The points that the purchase gave; below zero for a return.
    points: i64,
    /// The parts of `points`, each with its rule. Empty for a return.
    earned: Vec<Part>,
    /// The points that the member can spend now.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// The points that the member cannot spend before the time for returns has passed. Absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<i64>,
    /// The lines for the ticket, in French, of at most 40 characters each. Empty for an anonymous purchase. A
    /// purchase that was cancelled or returned since has no line of points.
    ticket: Vec<String>,
    total_cents: i64,
    /// Whether the total differs from the sum of the lines by more than rounding.
    total_differs_from_lines: bool,
    /// Whether the purchase made the customer a member.
    enrolled: bool,
    /// The amount of the sale that has been returned. Absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    returned_cents: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    cancelled_at: Option<Second>,
}

/// A line of a stored purchase.
#[derive(Serialize, ToSchema)]
pub(crate) struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// The quantity, as a decimal number.
    quantity: String,
    unit_price_cents: i64,
    discount_cents: i64,
}

/// The sum of lines of a long receipt, which are not stored one by one.
#[derive(Serialize, ToSchema)]
pub(crate) struct FoldedLines {
    /// The category of the lines. Absent for lines without one. Of a receipt with more than 20 categories, the
    /// lines of the others share sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<String>,
    /// The number of lines in the sum.
    lines: u32,
    /// The amount of the lines together, after their discounts.
    amount_cents: i64,
}

impl FoldedLines {
    fn of(folded: purchase::FoldedLines<'_>) -> Self {
        Self {
            category: folded.line.category.clone(),
            lines: folded.count,
            amount_cents: folded.line.amount().get(),
        }
    }
}

/// A coupon that a sale used.
#[derive(Serialize, ToSchema)]
#[schema(as = UsedCoupon)]
pub(crate) struct Coupon {
    /// The code as it is printed.
    code: String,
    /// The discount that the till took off for the coupon.
    discount_cents: i64,
}

impl Coupon {
    fn of(used: &UsedCoupon) -> Self {
        Self { code: used.code.to_string(), discount_cents: used.discount.get() }
    }
}

/// The sale that a return names.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamedSale {
    #[schema(value_type = PurchaseId)]
    purchase_id: String,
    /// The code of the establishment.
    #[schema(value_type = EstablishmentCode)]
    establishment: EstablishmentId,
    register: String,
    #[schema(value_type = Date)]
    day: Day,
    receipt_number: String,
}

/// The source of a purchase.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PurchaseSource {
    /// A till, through this API.
    Till,
    /// The operator, by hand.
    Operator,
    /// A row of a file.
    File,
}

/// A stored purchase.
#[derive(Serialize, ToSchema)]
pub(crate) struct PurchaseAnswer {
    #[schema(value_type = PurchaseId)]
    purchase_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Identifier>)]
    member_id: Option<MemberId>,
    r#type: PurchaseType,
    /// The code of the establishment.
    #[schema(value_type = EstablishmentCode)]
    establishment: EstablishmentId,
    register: String,
    /// The day of the purchase, in the time zone of the establishment.
    #[schema(value_type = Date)]
    day: Day,
    receipt_number: String,
    #[schema(value_type = DateTime)]
    sold_at: Second,
    /// The points that the purchase gave; below zero for a return.
    points: i64,
    /// The parts of `points`, each with its rule. Empty for a return.
    earned: Vec<Part>,
    /// The points that the member could spend after the purchase, at the time. Absent for an anonymous
    /// purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    /// The points that the member could not spend yet after the purchase, at the time. Absent for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending: Option<i64>,
    total_cents: i64,
    /// The coupons that the sale used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coupons: Vec<Coupon>,
    /// Whether the total differs from the sum of the lines by more than rounding.
    total_differs_from_lines: bool,
    /// The lines of the basket: at most the first 50 lines of the receipt.
    lines: Vec<Line>,
    /// The lines after the first 50, summed up by category. Absent for a shorter receipt.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    folded_lines: Vec<FoldedLines>,
    /// The till's operator, by the short code of the merchant's own list.
    #[serde(skip_serializing_if = "Option::is_none")]
    operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    returned_sale: Option<NamedSale>,
    /// The part of the total that was returned.
    returned_cents: i64,
    told_by: PurchaseSource,
    /// The credential that sent the purchase.
    #[schema(value_type = CredentialText)]
    by: Credential,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<DateTime>)]
    cancelled_at: Option<Second>,
    /// The credential that cancelled the purchase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    cancelled_by: Option<Credential>,
    /// The credential that attached the purchase to its customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CredentialText>)]
    attached_by: Option<Credential>,
}

impl Entered {
    pub(crate) fn of(
        purchase: &domain::Purchase,
        recorded: &Recorded,
        unit: Unit,
        shows_member: bool,
    ) -> Self {
        let balance =
            Balance { available: recorded.balance, pending: recorded.pending, expiring: None };
        let is_undone = recorded.cancelled_at.is_some() || recorded.returned > Cents::ZERO;
        let points = (!is_undone).then_some(recorded.points);
        let printed = |_| ticket::lines(unit, points, &balance);
        Self {
            purchase_id: id::of(purchase.receipt()),
            member_id: recorded.member.filter(|_| shows_member),
            r#type: PurchaseType::of(purchase.kind()),
            points: recorded.points.get(),
            earned: recorded.parts.iter().map(Part::of).collect(),
            balance: recorded.member.map(|_| recorded.balance.get()),
            pending: some(recorded.pending),
            ticket: recorded.member.map_or_else(Vec::new, printed),
            total_cents: purchase.total().get(),
            total_differs_from_lines: purchase.total_differs(),
            enrolled: recorded.enrolled,
            returned_cents: (recorded.returned > Cents::ZERO).then(|| recorded.returned.get()),
            cancelled_at: recorded.cancelled_at.map(Second::from),
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
            member_id: stored.member,
            r#type: PurchaseType::of(purchase.kind()),
            establishment: receipt.establishment.clone(),
            register: receipt.register.as_str().to_owned(),
            day: receipt.day,
            receipt_number: receipt.number.as_str().to_owned(),
            sold_at: purchase.sold_at().into(),
            points: stored.points.get(),
            earned: stored.parts.iter().map(Part::of).collect(),
            balance: stored.member.map(|_| stored.balance.get()),
            pending: some(stored.pending),
            total_cents: purchase.total().get(),
            coupons: purchase.coupons().iter().map(Coupon::of).collect(),
            total_differs_from_lines: purchase.total_differs(),
            lines: purchase.listed_lines().iter().map(Line::of).collect(),
            folded_lines: purchase.folded_lines().map(FoldedLines::of).collect(),
            operator: purchase.operator().map(|operator| operator.as_str().to_owned()),
            returned_sale,
            returned_cents: stored.returned.get(),
            told_by: match stored.source {
                Source::Till(_) => PurchaseSource::Till,
                Source::Operator => PurchaseSource::Operator,
                Source::File { .. } => PurchaseSource::File,
            },
            by: stored.source.credential(),
            cancelled_at: stored.cancelled_at.map(Second::from),
            cancelled_by: stored.cancelled_by,
            attached_by: stored.attached_by,
        }
    }
}

impl NamedSale {
    fn of(receipt: &Receipt) -> Self {
        Self {
            purchase_id: id::of(receipt),
            establishment: receipt.establishment.clone(),
            register: receipt.register.as_str().to_owned(),
            day: receipt.day,
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
