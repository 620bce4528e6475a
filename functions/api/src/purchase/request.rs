//! A purchase, as a till sends it.

use crate::codes;
use crate::member::customer::{self, Named};
use crate::purchase::till_clock::done_at;
use crate::schema::{
    Amount, CardNumber, CouponCodeText, Date, DateTime, EstablishmentCode, Form, Identifier,
    MobileNumber, OperatorCode, OptionalText40, OptionalText60, Quantity as QuantitySchema,
    ReceiptNumber as ReceiptNumberText, RegisterCode, one_of, reference,
};
use domain::member::Details;
use domain::purchase::receipt::Operator;
use domain::purchase::{self, MOST_COUPONS, MOST_LINES, UsedCoupon};
use domain::values::calendar;
use domain::{
    Cents, CouponCode, Day, Enrolment, EstablishmentId, Instant, PurchaseError, Quantity, Receipt,
    ReceiptNumber, Register,
};
use http_edge::{Fields, Problem, Till};
use serde::{Deserialize, Deserializer, Serialize};
use store::{Contact, Customer, NewMember, PurchaseToRecord, Source};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The kind of a purchase.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PurchaseType {
    /// A sale to the customer.
    Sale,
    /// A return. Its amounts are without sign.
    Return,
}

impl PurchaseType {
    pub(crate) const fn of(kind: &domain::PurchaseKind) -> Self {
        match kind {
            domain::PurchaseKind::Sale => Self::Sale,
            domain::PurchaseKind::Return { .. } => Self::Return,
        }
    }
}

/// The customer of a purchase.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Buyer {
    member_id: Option<String>,
    mobile: Option<String>,
    card_number: Option<String>,
    #[serde(default)]
    card_requested: bool,
    #[serde(default)]
    card_activated: bool,
    last_name: Option<String>,
    first_name: Option<String>,
}

impl PartialSchema for Buyer {
    fn schema() -> RefOr<Schema> {
        let card_requested = ObjectBuilder::new().schema_type(Type::Boolean).description(Some(
            "Whether the person asked for the card. An unknown mobile then becomes a member; without it, an \
             unknown mobile is refused.",
        ));
        let card_activated = || {
            ObjectBuilder::new().schema_type(Type::Boolean).description(Some(
                "Whether the person is present and activates the card. Without it, a sale activates the card \
                 where the merchant chose that a use does.",
            ))
        };
        one_of(
            "The customer of a purchase, by exactly one of `member_id`, `mobile` and `card_number`. Names go \
             with `card_requested` only.",
            [
                Form::new()
                    .with("member_id", reference::<Identifier>())
                    .optionally("card_activated", card_activated()),
                Form::new()
                    .with("card_number", reference::<CardNumber>())
                    .optionally("card_activated", card_activated()),
                Form::new()
                    .with("mobile", reference::<MobileNumber>())
                    .optionally("card_requested", card_requested)
                    .optionally("card_activated", card_activated())
                    .optionally("last_name", reference::<OptionalText60>())
                    .optionally("first_name", reference::<OptionalText60>()),
            ],
        )
    }
}

impl ToSchema for Buyer {}

/// A quantity as it was written: a decimal number in a string, or a whole number.
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

/// A line of a basket. Of an optician's lines, only the amount and the family are stored.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewLine {
    /// The merchant's code of the article.
    #[schema(value_type = Option<OptionalText40>)]
    sku: Option<String>,
    /// The name of the article on the ticket.
    #[schema(value_type = Option<OptionalText60>)]
    label: Option<String>,
    /// The merchant's category of articles.
    #[schema(value_type = Option<OptionalText40>)]
    category: Option<String>,
    #[schema(value_type = QuantitySchema)]
    quantity: QuantityText,
    /// The price of one piece, kilogram or metre, taxes included, without sign.
    #[schema(value_type = Amount)]
    unit_price_cents: i64,
    /// The discount on the whole line, without sign.
    #[serde(default)]
    #[schema(value_type = Amount)]
    discount_cents: i64,
}

/// A coupon that a sale uses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCoupon {
    /// The code as it was typed or scanned. A sale uses a code once.
    #[schema(value_type = CouponCodeText)]
    code: String,
    /// The discount that the till took off for the coupon: at most the discount of the dry run.
    #[schema(value_type = Amount)]
    discount_cents: i64,
}

/// The sale that is returned.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReturnedSale {
    /// The code of the establishment of the sale; the till's own by default.
    #[schema(value_type = Option<EstablishmentCode>)]
    establishment: Option<String>,
    /// The register of the sale; the register of the return by default.
    #[schema(value_type = Option<RegisterCode>)]
    register: Option<String>,
    /// The day printed on the receipt of the sale.
    #[schema(value_type = Date)]
    day: String,
    #[schema(value_type = ReceiptNumberText)]
    receipt_number: String,
}

/// A purchase to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPurchase {
    pub(crate) r#type: PurchaseType,
    /// The register that printed the receipt; `1` by default.
    #[schema(value_type = Option<RegisterCode>)]
    register: Option<String>,
    /// The number printed on the receipt. Establishment, register, day and number identify the purchase.
    #[schema(value_type = ReceiptNumberText)]
    receipt_number: String,
    /// The instant of the sale or return: at most 7 days ago and 10 minutes ahead.
    #[schema(value_type = DateTime)]
    sold_at: String,
    /// The customer. Absent for an anonymous purchase, which can be attached later.
    member: Option<Buyer>,
    /// The amount that was paid or paid back after the coupons, without sign, as the till computes it.
    #[schema(value_type = Amount)]
    total_cents: i64,
    /// The coupons that the sale uses; empty for a return. Each is checked and redeemed with the sale, and
    /// can be used again after the sale is cancelled.
    #[serde(default)]
    #[schema(max_items = 5)]
    coupons: Vec<NewCoupon>,
    /// The lines of the basket. Without them, rules for particular goods give nothing.
    #[serde(default)]
    #[schema(max_items = 5000)]
    lines: Vec<NewLine>,
    /// The till's operator, by the short code of the merchant's own list.
    #[schema(value_type = Option<OperatorCode>)]
    operator: Option<String>,
    /// The sale that is returned. Accepted for a return only.
    returned_sale: Option<ReturnedSale>,
    /// The `cancelled_at` of this purchase, if the cancellation was a mistake: the purchase is recorded again.
    /// Without it, a cancelled purchase that is sent again stays cancelled.
    #[schema(value_type = Option<DateTime>)]
    undone_cancellation: Option<String>,
}

/// A purchase to record, as it was read.
pub(super) struct ReadPurchase {
    pub(super) new: PurchaseToRecord,
    pub(super) customer: Customer,
    /// The cancellation to undo.
    pub(super) undone_cancellation: Option<Instant>,
}

impl NewLine {
    fn read(&self, fields: &mut Fields, pointer: &str) -> Option<domain::Line> {
        let at = |name: &str| format!("{pointer}/{name}");
        let text = |given: &Option<String>, limit| {
            domain::values::text::optional(given.as_deref().unwrap_or_default(), limit)
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
    /// Whether the customer is present and activates the card.
    pub(crate) const fn activates_card(&self) -> bool {
        self.card_activated
    }

    pub(crate) fn read(&self, fields: &mut Fields) -> Option<Customer> {
        let given = [&self.member_id, &self.mobile, &self.card_number].map(Option::as_deref);
        let named = customer::named(fields, "/member", given);
        if self.card_requested && self.mobile.is_none() {
            let detail = "goes with a mobile only: the mobile makes the person a member";
            fields.note("/member/card_requested", codes::NEEDS_MOBILE, detail);
        }
        let details = Details::named(
            self.last_name.as_deref().unwrap_or_default(),
            self.first_name.as_deref().unwrap_or_default(),
        );
        let details = match details {
            Ok(details) => Some(details),
            Err(field) => {
                fields.note_invalid("/member", &field);
                None
            }
        };
        for (name, given) in [("last_name", &self.last_name), ("first_name", &self.first_name)] {
            if given.is_some() && !self.card_requested {
                let detail =
                    "goes with card_requested only: names are stored for a new member only";
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
    pub(super) fn read(&self, till: &Till, now: Instant) -> Result<ReadPurchase, Problem> {
        let mut fields = Fields::default();
        let register = match self.register.as_deref() {
            Some(code) => fields.check("/register", Register::parse(code)),
            None => Some(Register::default()),
        };
        let number = fields.check("/receipt_number", ReceiptNumber::parse(&self.receipt_number));
        let sold_at = fields.check("/sold_at", done_at(&self.sold_at, now));
        let customer = match &self.member {
            Some(buyer) => buyer.read(&mut fields),
            None => Some(Customer::Anonymous),
        };
        let total = fields.check("/total_cents", Cents::of_document(self.total_cents));
        let lines = read_lines(&self.lines, &mut fields);
        let coupons = self.read_coupons(&mut fields);
        let operator = fields.check_given("/operator", self.operator.as_deref(), Operator::parse);
        let kind = self.read_kind(&mut fields, till, register.as_ref());
        let undone_cancellation = fields.check_given(
            "/undone_cancellation",
            self.undone_cancellation.as_deref(),
            calendar::parse_instant,
        );
        let (
            Some(register),
            Some(number),
            Some(sold_at),
            Some(customer),
            Some(total),
            Some(lines),
            Some(operator),
            Some(kind),
            Some(coupons),
            Some(undone_cancellation),
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
            coupons,
            undone_cancellation,
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
        let purchase = purchase.with_coupons(coupons);
        let new = PurchaseToRecord {
            purchase: purchase.map_err(|invalid| Problem::refused("/coupons", invalid))?,
            source: Source::Till(till.key),
            card_activated: self.member.as_ref().is_some_and(Buyer::activates_card),
        };
        Ok(ReadPurchase { new, customer, undone_cancellation })
    }

    fn read_coupons(&self, fields: &mut Fields) -> Option<Vec<UsedCoupon>> {
        if self.coupons.len() > MOST_COUPONS {
            return fields.check("/coupons", Err(PurchaseError::TooManyCoupons));
        }
        let read = self.coupons.iter().enumerate().map(|(index, coupon)| {
            let at = |name: &str| format!("/coupons/{index}/{name}");
            let code = fields.check(&at("code"), CouponCode::parse(&coupon.code));
            let discount =
                fields.check(&at("discount_cents"), Cents::of_document(coupon.discount_cents));
            Some(UsedCoupon { code: code?, discount: discount? })
        });
        let read: Vec<_> = read.collect();
        read.into_iter().collect()
    }

    fn read_kind(
        &self,
        fields: &mut Fields,
        till: &Till,
        register: Option<&Register>,
    ) -> Option<domain::PurchaseKind> {
        match (self.r#type, &self.returned_sale) {
            (PurchaseType::Sale, None) => Some(domain::PurchaseKind::Sale),
            (PurchaseType::Sale, Some(_)) => {
                fields.note(
                    "/returned_sale",
                    codes::NOT_A_RETURN,
                    "goes with the type return only",
                );
                None
            }
            (PurchaseType::Return, None) => Some(domain::PurchaseKind::Return { of: None }),
            (PurchaseType::Return, Some(sale)) => {
                let of = sale.read(fields, till, register)?;
                Some(domain::PurchaseKind::Return { of: Some(of) })
            }
        }
    }
}

/// Reads the lines of a basket.
pub(crate) fn read_lines(lines: &[NewLine], fields: &mut Fields) -> Option<Vec<domain::Line>> {
    if lines.len() > MOST_LINES {
        return fields.check("/lines", Err(PurchaseError::TooManyLines));
    }
    let numbered = lines.iter().enumerate();
    let read: Vec<_> =
        numbered.map(|(index, line)| line.read(fields, &format!("/lines/{index}"))).collect();
    read.into_iter().collect()
}
