//! The benefit of an offer, in requests and in answers.

use crate::codes;
use crate::schema::{Form, PositiveAmount, Text40, constant, one_of, reference};
use domain::coupon::offer::{self, Share};
use domain::values::text;
use domain::{Cents, purchase};
use http_edge::Fields;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The kind of a benefit.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BenefitType {
    Value,
    Percentage,
    Product,
}

/// The benefit of an offer. Which fields it has depends on its type.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Benefit {
    r#type: BenefitType,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_cents: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_hundredths: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    most_cents: Option<i64>,
}

impl PartialSchema for Benefit {
    fn schema() -> RefOr<Schema> {
        let percentage = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(10_000))
            .description(Some("The share of the basket in hundredths of a percent: 1000 is 10 %."))
            .examples([1000]);
        one_of(
            "The benefit of an offer, never more than the basket: an amount (`value`), a share of the basket \
             before all discounts (`percentage`), or one piece of an article, the cheapest in the basket \
             (`product`, not for opticians). `most_cents` is the most that a coupon takes off.",
            [
                Form::new()
                    .with("type", constant("value"))
                    .with("value_cents", reference::<PositiveAmount>()),
                Form::new()
                    .with("type", constant("percentage"))
                    .with("percent_hundredths", percentage)
                    .optionally("most_cents", reference::<PositiveAmount>()),
                Form::new()
                    .with("type", constant("product"))
                    .with("sku", reference::<Text40>())
                    .optionally("most_cents", reference::<PositiveAmount>()),
            ],
        )
    }
}

impl ToSchema for Benefit {}

impl Benefit {
    pub(super) fn of(benefit: &offer::Benefit) -> Self {
        let none = |r#type| Self {
            r#type,
            value_cents: None,
            percent_hundredths: None,
            sku: None,
            most_cents: None,
        };
        match benefit {
            offer::Benefit::Value(value) => {
                Self { value_cents: Some(value.get()), ..none(BenefitType::Value) }
            }
            offer::Benefit::Percentage { share, most } => Self {
                percent_hundredths: Some(i64::from(share.hundredths())),
                most_cents: most.map(Cents::get),
                ..none(BenefitType::Percentage)
            },
            offer::Benefit::Product { sku, most } => Self {
                sku: Some(sku.clone()),
                most_cents: most.map(Cents::get),
                ..none(BenefitType::Product)
            },
        }
    }

    pub(super) fn read(&self, fields: &mut Fields) -> Option<offer::Benefit> {
        let value = ("value_cents", self.value_cents.is_some());
        let percentage = ("percent_hundredths", self.percent_hundredths.is_some());
        let sku = ("sku", self.sku.is_some());
        let most = ("most_cents", self.most_cents.is_some());
        let of_other_types = match self.r#type {
            BenefitType::Value => &[percentage, sku, most][..],
            BenefitType::Percentage => &[value, sku],
            BenefitType::Product => &[value, percentage],
        };
        for (name, _) in of_other_types.iter().filter(|(_, is_given)| *is_given) {
            let detail = "goes with another type of benefit";
            fields.note(&format!("/benefit/{name}"), codes::OTHER_TYPE, detail);
        }
        let most =
            fields.check_given("/benefit/most_cents", self.most_cents, Cents::of_document)?;
        match self.r#type {
            BenefitType::Value => {
                let value = given(fields, "/benefit/value_cents", self.value_cents)?;
                let value = fields.check("/benefit/value_cents", Cents::of_document(value))?;
                Some(offer::Benefit::Value(value))
            }
            BenefitType::Percentage => {
                let pointer = "/benefit/percent_hundredths";
                let share = given(fields, pointer, self.percent_hundredths)?;
                let share = fields.check(pointer, Share::new(share))?;
                Some(offer::Benefit::Percentage { share, most })
            }
            BenefitType::Product => {
                let sku = given(fields, "/benefit/sku", self.sku.as_deref())?;
                let sku = text::bounded(sku, purchase::SKU_LENGTH);
                let sku = fields.check("/benefit/sku", sku)?.to_owned();
                Some(offer::Benefit::Product { sku, most })
            }
        }
    }
}

/// A field that the type of the benefit requires.
fn given<T>(fields: &mut Fields, pointer: &str, value: Option<T>) -> Option<T> {
    if value.is_none() {
        fields.note(pointer, http_edge::codes::MISSING, "must be given with this type of benefit");
    }
    value
}
