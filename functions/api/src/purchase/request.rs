//! A purchase as a till tells it.

use crate::codes;
use crate::member::customer::{self, Named};
use crate::purchase::till_clock::done_at;
use domain::member::Details;
use domain::purchase::receipt::Operator;
use domain::purchase::{self, MOST_LINES, UsedCoupon};
use domain::{
    Cents, CouponCode, Day, Enrolment, EstablishmentId, Instant, PurchaseError, Quantity, Receipt,
    ReceiptNumber, Register,
};
use http_edge::{Fields, Problem, Till};
use serde::{Deserialize, Deserializer, Serialize};
use store::{Contact, Customer, NewMember};
use utoipa::ToSchema;

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
    pub(crate) const fn of(kind: &domain::PurchaseKind) -> Self {
        match kind {
            domain::PurchaseKind::Sale => Self::Sale,
            domain::PurchaseKind::Return { .. } => Self::Return,
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

/// A coupon that a sale uses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCoupon {
    /// As it is typed or read: case, spaces and hyphens do not count.
    #[schema(examples("7KHP-M3CD-RTWX", "bienvenue10"))]
    code: String,
    /// What the till took off for it, as the dry run told: at most what the coupon gives.
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
    pub(crate) r#type: PurchaseType,
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
    /// What was paid or paid back, without sign, after the coupons: the till's word.
    #[schema(minimum = 0, maximum = 100_000_000, examples(4490))]
    total_cents: i64,
    /// At most 5. Each is checked and redeemed with the sale, and can be used again once it is cancelled.
    #[serde(default)]
    #[schema(max_items = 5)]
    coupons: Vec<NewCoupon>,
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
    pub(crate) fn read(&self, fields: &mut Fields) -> Option<Customer> {
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
            Err(field) => {
                fields.note_invalid("/member", &field);
                None
            }
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
    pub(crate) fn read(
        &self,
        till: &Till,
        now: Instant,
    ) -> Result<(domain::Purchase, Customer), Problem> {
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
        Ok((purchase.map_err(|invalid| Problem::refused("/coupons", invalid))?, customer))
    }

    fn read_coupons(&self, fields: &mut Fields) -> Option<Vec<UsedCoupon>> {
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

/// A basket's lines.
pub(crate) fn read_lines(lines: &[NewLine], fields: &mut Fields) -> Option<Vec<domain::Line>> {
    if lines.len() > MOST_LINES {
        return fields.check("/lines", Err(PurchaseError::TooManyLines));
    }
    let numbered = lines.iter().enumerate();
    let read: Vec<_> =
        numbered.map(|(index, line)| line.read(fields, &format!("/lines/{index}"))).collect();
    read.into_iter().collect()
}
