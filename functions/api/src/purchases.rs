//! Purchases: what a till sold or took back, answered with the points and the new balance.

pub(crate) mod dry_run;

use crate::customer::{self, MemberNamed, Named};
use crate::openapi::{BodyRefusals, TillRefusals};
use crate::{App, codes, purchase_id};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use domain::member::Details;
use domain::purchase::{self, MOST_LINES};
use domain::receipt::Operator;
use domain::{
    Cents, Day, Enrolment, EstablishmentId, Instant, Invalid, Quantity, Receipt, ReceiptNumber,
    Register, calendar,
};
use http_edge::{Fields, JsonBody, Problem, Segments, Till};
use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, Serialize};
use store::{Contact, Customer, Entry, NewMember, Outcome, Source, StoreError, StoredPurchase};
use utoipa::ToSchema;

/// How far a till's clock may be ahead.
pub(crate) const CLOCK_AHEAD: SignedDuration = SignedDuration::from_mins(10);
/// How long a till may be offline before its sales go by file.
const REPLAYED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Which way the goods went.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PurchaseType {
    /// Sold to the customer.
    Sale,
    /// Taken back. Its amounts are without sign.
    Return,
}

impl PurchaseType {
    pub(crate) const fn of(kind: &domain::Kind) -> Self {
        match kind {
            domain::Kind::Sale => Self::Sale,
            domain::Kind::Return { .. } => Self::Return,
        }
    }
}

/// Whose purchase it is: exactly one of `member_id`, `mobile` and `card_number`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buyer {
    /// As a till has it after finding its customer.
    member_id: Option<String>,
    #[schema(examples("06 39 98 00 12", "+33639980012"))]
    mobile: Option<String>,
    #[schema(examples("2990000012345"))]
    card_number: Option<String>,
    /// With a mobile: that the person asked for the card. An unknown mobile then becomes a member;
    /// without it, an unknown one is refused.
    #[serde(default)]
    card_requested: bool,
    /// With `card_requested`.
    #[schema(max_length = 60)]
    last_name: Option<String>,
    /// With `card_requested`.
    #[schema(max_length = 60)]
    first_name: Option<String>,
}

/// A quantity as it was written: a decimal in a string, or a whole number.
struct QuantityText(String);

impl<'de> Deserialize<'de> for QuantityText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = QuantityText;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a decimal number in a string, or a whole number")
            }

            fn visit_str<E>(self, text: &str) -> Result<QuantityText, E> {
                Ok(QuantityText(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<QuantityText, E> {
                Ok(QuantityText(number.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<QuantityText, E> {
                Ok(QuantityText(number.to_string()))
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// A line of a basket. An optician's lines are cut down to their amount and family.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLine {
    /// The merchant's code of the article.
    #[schema(max_length = 40)]
    sku: Option<String>,
    /// What the ticket calls it.
    #[schema(max_length = 60)]
    label: Option<String>,
    /// The merchant's family of articles.
    #[schema(max_length = 40)]
    category: Option<String>,
    /// Pieces, kilograms, metres: more than 0, with at most three decimals. A whole number may be
    /// written as one.
    #[schema(value_type = String, examples("1.5"))]
    quantity: QuantityText,
    /// Price of one, taxes included, without sign.
    #[schema(minimum = 0, examples(4990))]
    unit_price_cents: i64,
    /// What was taken off the whole line, without sign.
    #[serde(default)]
    #[schema(minimum = 0, examples(500))]
    discount_cents: i64,
}

/// The sale whose goods came back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnedSale {
    /// Where it was sold; here, by default.
    establishment: Option<String>,
    /// The register that sold it; the return's, by default.
    register: Option<String>,
    /// The day printed on it.
    #[schema(format = Date)]
    day: String,
    receipt_number: String,
}

/// A purchase to enter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPurchase {
    r#type: PurchaseType,
    /// The register that printed the receipt; `1` by default. Letters, digits, and `. _ - /`.
    #[schema(max_length = 16, examples("1"))]
    register: Option<String>,
    /// The number printed on the receipt: with establishment, register and day it is the purchase's
    /// key, and the same again is answered as the first time. Letters, digits, and `. _ - /`.
    #[schema(max_length = 40, examples("2026/000123"))]
    receipt_number: String,
    /// When it was sold, with the offset; at most 7 days ago and 10 minutes ahead.
    #[schema(format = DateTime, examples("2026-11-24T10:15:00+01:00"))]
    sold_at: String,
    /// Absent where the customer is not known; the receipt can be attached later.
    member: Option<Buyer>,
    /// What was paid or paid back, without sign: the till's word.
    #[schema(minimum = 0, maximum = 100_000_000, examples(4490))]
    total_cents: i64,
    /// At most 200.
    #[serde(default)]
    #[schema(max_items = 200)]
    lines: Vec<NewLine>,
    /// The till's operator, by a short code and never by a name. Letters, digits, and `. _ - /`.
    #[schema(max_length = 16, examples("7"))]
    operator: Option<String>,
    /// Of a return, where the document names its sale.
    returned_sale: Option<ReturnedSale>,
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
    /// The balance after it; absent where the purchase is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
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
    /// The balance after it, at the time; absent where the purchase is nobody's.
    #[serde(skip_serializing_if = "Option::is_none")]
    balance: Option<i64>,
    total_cents: i64,
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

impl PurchaseAnswer {
    fn of(stored: &StoredPurchase) -> Self {
        let purchase = &stored.purchase;
        let receipt = purchase.receipt();
        let returned_sale = match purchase.kind() {
            domain::Kind::Return { of: Some(sale) } => Some(NamedSale::of(sale)),
            _ => None,
        };
        Self {
            purchase_id: purchase_id::of(receipt),
            member_id: stored.member.map(|id| id.to_string()),
            r#type: PurchaseType::of(purchase.kind()),
            establishment: receipt.establishment.to_string(),
            register: receipt.register.as_str().to_owned(),
            day: receipt.day.to_string(),
            receipt_number: receipt.number.as_str().to_owned(),
            sold_at: purchase.sold_at(),
            points: stored.points.get(),
            balance: stored.member.map(|_| stored.balance.get()),
            total_cents: purchase.total().get(),
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
            purchase_id: purchase_id::of(receipt),
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

impl NewLine {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<domain::Line> {
        let at = |name: &str| format!("{pointer}/{name}");
        let text = |given: &Option<String>, limit| {
            domain::text::optional(given.as_deref().unwrap_or_default(), limit)
        };
        let sku = fields.check(&at("sku"), text(&self.sku, purchase::SKU_LENGTH));
        let label = fields.check(&at("label"), text(&self.label, purchase::LABEL_LENGTH));
        let category =
            fields.check(&at("category"), text(&self.category, purchase::CATEGORY_LENGTH));
        let quantity = fields.check(&at("quantity"), Quantity::parse(&self.quantity.0));
        let unit_price =
            fields.check(&at("unit_price_cents"), Cents::of_document(self.unit_price_cents));
        let discount = fields.check(&at("discount_cents"), Cents::of_document(self.discount_cents));
        Some(domain::Line {
            sku: sku?,
            label: label?,
            category: category?,
            quantity: quantity?,
            unit_price: unit_price?,
            discount: discount?,
        })
    }
}

impl ReturnedSale {
    fn read(
        &self,
        fields: &mut Fields,
        till: &Till,
        register: Option<&Register>,
    ) -> Option<Receipt> {
        let establishment = match self.establishment.as_deref() {
            Some(code) => {
                fields.check("/returned_sale/establishment", EstablishmentId::parse(code))
            }
            None => Some(till.establishment.id.clone()),
        };
        let register = match self.register.as_deref() {
            Some(code) => fields.check("/returned_sale/register", Register::parse(code)),
            None => register.cloned(),
        };
        let day = fields.check("/returned_sale/day", Day::parse(&self.day));
        let number = fields
            .check("/returned_sale/receipt_number", ReceiptNumber::parse(&self.receipt_number));
        Some(Receipt {
            establishment: establishment?,
            register: register?,
            day: day?,
            number: number?,
        })
    }
}

impl Buyer {
    fn read(&self, fields: &mut Fields) -> Option<Customer> {
        let given = [&self.member_id, &self.mobile, &self.card_number].map(Option::as_deref);
        let named = customer::named(fields, "/member", given);
        if self.card_requested && self.mobile.is_none() {
            let detail = "goes with a mobile only: by it the person becomes a member";
            fields.note("/member/card_requested", codes::NEEDS_MOBILE, detail);
        }
        let details = Details::named(
            self.last_name.as_deref().unwrap_or_default(),
            self.first_name.as_deref().unwrap_or_default(),
        );
        let details = match details {
            Ok(details) => Some(details),
            Err((name, invalid)) => fields.check(&format!("/member/{name}"), Err(invalid)),
        };
        for (name, given) in [("last_name", &self.last_name), ("first_name", &self.first_name)] {
            if given.is_some() && !self.card_requested {
                let detail = "goes with card_requested only: nothing else is done with it";
                fields.note(&format!("/member/{name}"), codes::NEEDS_CARD_REQUESTED, detail);
            }
        }
        Some(match (named?, details?) {
            (Named::Member(id), _) => Customer::Member(id),
            (Named::Contact(Contact::Mobile(mobile)), details) if self.card_requested => {
                let enrolment = Enrolment::Till;
                Customer::Enrol(Box::new(NewMember { mobile, details, enrolment }))
            }
            (Named::Contact(contact), _) => Customer::Contact(contact),
        })
    }
}

impl NewPurchase {
    fn read(&self, till: &Till, now: Instant) -> Result<(domain::Purchase, Customer), Problem> {
        let mut fields = Fields::default();
        let register = match self.register.as_deref() {
            Some(code) => fields.check("/register", Register::parse(code)),
            None => Some(Register::default()),
        };
        let number = fields.check("/receipt_number", ReceiptNumber::parse(&self.receipt_number));
        let sold_at = fields.check("/sold_at", sold_at(&self.sold_at, now));
        let customer = match &self.member {
            Some(buyer) => buyer.read(&mut fields),
            None => Some(Customer::Nobody),
        };
        let total = fields.check("/total_cents", Cents::of_document(self.total_cents));
        let lines = self.read_lines(&mut fields);
        let operator = fields.check_given("/operator", self.operator.as_deref(), Operator::parse);
        let kind = self.read_kind(&mut fields, till, register.as_ref());
        let (
            Some(register),
            Some(number),
            Some(sold_at),
            Some(customer),
            Some(total),
            Some(lines),
            Some(operator),
            Some(kind),
            true,
        ) = (
            register,
            number,
            sold_at,
            customer,
            total,
            lines,
            operator,
            kind,
            fields.all_accepted(),
        )
        else {
            return Err(fields.refuse());
        };
        let receipt = Receipt {
            establishment: till.establishment.id.clone(),
            register,
            day: Day::at(sold_at, &till.establishment.time_zone),
            number,
        };
        let sector = till.scope.settings.merchant.sector;
        let purchase =
            domain::Purchase::new(sector, receipt, kind, sold_at, total, lines, operator)?;
        Ok((purchase, customer))
    }

    fn read_lines(&self, fields: &mut Fields) -> Option<Vec<domain::Line>> {
        if self.lines.len() > MOST_LINES {
            return fields.check("/lines", Err(Invalid::TooManyLines));
        }
        let lines: Vec<_> = self
            .lines
            .iter()
            .enumerate()
            .map(|(index, line)| line.read(fields, &format!("/lines/{index}")))
            .collect();
        lines.into_iter().collect()
    }

    fn read_kind(
        &self,
        fields: &mut Fields,
        till: &Till,
        register: Option<&Register>,
    ) -> Option<domain::Kind> {
        match (self.r#type, &self.returned_sale) {
            (PurchaseType::Sale, None) => Some(domain::Kind::Sale),
            (PurchaseType::Sale, Some(_)) => {
                fields.note(
                    "/returned_sale",
                    codes::NOT_A_RETURN,
                    "goes with the type return only",
                );
                None
            }
            (PurchaseType::Return, None) => Some(domain::Kind::Return { of: None }),
            (PurchaseType::Return, Some(sale)) => {
                let of = sale.read(fields, till, register)?;
                Some(domain::Kind::Return { of: Some(of) })
            }
        }
    }
}

/// When it was sold, to the second.
fn sold_at(text: &str, now: Instant) -> Result<Instant, Invalid> {
    let sold_at = calendar::parse_instant(text)?;
    let age = now.duration_since(sold_at);
    if age < -CLOCK_AHEAD {
        Err(Invalid::InFuture)
    } else if age > REPLAYED_FOR {
        Err(Invalid::TooOld)
    } else {
        Instant::from_second(sold_at.as_second()).map_err(|_| Invalid::InstantUnreadable)
    }
}

/// Names the field that stands against a purchase.
fn refusal(error: StoreError) -> Problem {
    let pointer = match &error {
        StoreError::Refused(invalid) => match invalid {
            Invalid::ReceiptConflict => "/receipt_number",
            Invalid::ReturnExceedsSale => "/total_cents",
            Invalid::ReturnedSaleUnknown | Invalid::ReturnedSaleNotInForce => "/returned_sale",
            _ => "/member",
        },
        StoreError::NotFound(_) => "/member",
        _ => return error.into(),
    };
    Problem::from(error).at(pointer)
}

/// Enter a sale or a return. The same again is answered as the first time and changes nothing.
#[utoipa::path(
    operation_id = "create_purchase",
    post, path = "/v1/purchases", tag = "purchases", security(("till_key" = [])),
    request_body = NewPurchase,
    responses(
        (status = 201, description = "Entered, now or before.", body = Entered,
         headers(("idempotency-replayed" = String, description = "`true` where it was entered before."))),
        (status = 409, description = "The receipt is known with another content.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn create(
    State(app): State<App>,
    till: Till,
    JsonBody(new): JsonBody<NewPurchase>,
) -> Result<(StatusCode, Option<[(HeaderName, &'static str); 1]>, Json<Entered>), Problem> {
    let now = app.now();
    let (purchase, customer) = new.read(&till, now)?;
    let entry = Entry { purchase, source: Source::Till(till.key) };
    let recorded =
        app.store().record(&till.scope, &customer, &entry, now).await.map_err(refusal)?;
    let entered = Entered {
        purchase_id: purchase_id::of(entry.purchase.receipt()),
        member_id: recorded.member.map(|id| id.to_string()),
        r#type: new.r#type,
        points: recorded.points.get(),
        balance: recorded.member.map(|_| recorded.balance.get()),
        total_cents: entry.purchase.total().get(),
        total_differs_from_lines: entry.purchase.total_differs(),
        enrolled: recorded.enrolled,
        cancelled_at: recorded.cancelled_at,
    };
    let replayed = matches!(recorded.outcome, Outcome::Known(_)).then_some([(REPLAYED, "true")]);
    Ok((StatusCode::CREATED, replayed, Json(entered)))
}

/// A purchase of the till's own establishment.
#[utoipa::path(
    operation_id = "show_purchase",
    get, path = "/v1/purchases/{purchase_id}", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    responses((status = 200, description = "The purchase.", body = PurchaseAnswer), TillRefusals),
)]
pub(crate) async fn show(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = purchase_id::read(&id, &till)?;
    let stored = app.store().purchase(&till.scope, &receipt).await?;
    Ok(Json(PurchaseAnswer::of(&stored)))
}

/// Cancel a purchase: its points go back the way they came. Again changes nothing.
#[utoipa::path(
    operation_id = "cancel_purchase",
    post, path = "/v1/purchases/{purchase_id}/cancel", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    responses(
        (status = 200, description = "The purchase, cancelled.", body = PurchaseAnswer),
        (status = 409, description = "Goods of this sale came back.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals,
    ),
)]
pub(crate) async fn cancel(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = purchase_id::read(&id, &till)?;
    let stored = app.store().cancel_purchase(&till.scope, &receipt, app.now()).await?;
    Ok(Json(PurchaseAnswer::of(&stored)))
}

/// Attach a sale that was nobody's to its customer, who gets its points by the rule of its day.
#[utoipa::path(
    operation_id = "attach_purchase",
    post, path = "/v1/purchases/{purchase_id}/attach", tag = "purchases", security(("till_key" = [])),
    params(("purchase_id" = String, Path)),
    request_body = MemberNamed,
    responses(
        (status = 200, description = "The purchase, attached.", body = PurchaseAnswer),
        (status = 409, description = "The receipt is another's, cancelled, or a return.",
         body = http_edge::ProblemBody, content_type = "application/problem+json"),
        TillRefusals, BodyRefusals,
    ),
)]
pub(crate) async fn attach(
    State(app): State<App>,
    till: Till,
    Segments(id): Segments<String>,
    JsonBody(named): JsonBody<MemberNamed>,
) -> Result<Json<PurchaseAnswer>, Problem> {
    let receipt = purchase_id::read(&id, &till)?;
    let mut fields = Fields::default();
    let Some(named) = named.read(&mut fields) else { return Err(fields.refuse()) };
    let member = match named {
        Named::Member(id) => id,
        Named::Contact(contact) => {
            let pointer = match contact {
                Contact::Mobile(_) => "/mobile",
                Contact::Card(_) => "/card_number",
            };
            let found = app.store().find_member(&till.scope, &contact).await?;
            found.ok_or_else(|| Problem::not_found("member").at(pointer))?
        }
    };
    let attached = app.store().attach_purchase(&till.scope, &receipt, member).await;
    let stored = attached.map_err(|error| match error {
        StoreError::NotFound("member") => Problem::from(error).at("/member_id"),
        _ => error.into(),
    })?;
    Ok(Json(PurchaseAnswer::of(&stored)))
}
