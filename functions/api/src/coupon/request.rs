//! An offer, as the operator writes it.

use crate::coupon::benefit::Benefit;
use crate::coupon::usage::Usage;
use crate::schema::{Amount, Date, EstablishmentCode, PlainName};
use domain::coupon::offer::Terms;
use domain::values::sensitive;
use domain::{Cents, Day, EstablishmentId, Offer, OfferId, ProgrammeError};
use http_edge::{Fields, Problem};
use serde::Deserialize;
use store::Settings;
use utoipa::ToSchema;

const NAME_LENGTH: usize = 100;

/// An offer to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PutOffer {
    /// The merchant's name for the offer.
    #[schema(value_type = PlainName, examples("Bienvenue"))]
    name: String,
    benefit: Benefit,
    /// The least total of the basket before all discounts.
    #[serde(default)]
    #[schema(value_type = Amount)]
    minimum_spend_cents: i64,
    /// The first day of the offer, in the time zone of the establishment.
    #[schema(value_type = Date)]
    first_day: String,
    /// The last day of the offer. Absent for an offer without end.
    #[schema(value_type = Option<Date>)]
    last_day: Option<String>,
    /// The codes of the establishments where the offer holds; empty for all.
    #[serde(default)]
    #[schema(value_type = Vec<EstablishmentCode>)]
    establishments: Vec<String>,
    usage: Usage,
    /// Whether the coupons of the offer give nothing for the time being.
    #[serde(default)]
    disabled: bool,
}

impl PutOffer {
    pub(super) fn read(&self, id: OfferId, settings: &Settings) -> Result<Offer, Problem> {
        let mut fields = Fields::default();
        let name = fields.check("/name", sensitive::name(&self.name, NAME_LENGTH));
        let benefit = self.benefit.read(&mut fields);
        let minimum = Cents::of_document(self.minimum_spend_cents);
        let minimum_spend = fields.check("/minimum_spend_cents", minimum);
        let first_day = fields.check("/first_day", Day::parse(&self.first_day));
        let last_day = fields.check_given("/last_day", self.last_day.as_deref(), Day::parse);
        let establishments = self.establishments(settings, &mut fields);
        let usage = self.usage.read(&mut fields);
        let (Some(name), Some(benefit), Some(minimum_spend), Some(first_day), Some(last_day), true) =
            (name, benefit, minimum_spend, first_day, last_day, fields.all_accepted())
        else {
            return Err(fields.refuse());
        };
        let name = name.to_owned();
        let terms =
            Terms { name, benefit, minimum_spend, first_day, last_day, establishments, usage };
        Offer::new(id, terms, self.disabled, settings.merchant.sector).map_err(|field| {
            fields.note_invalid("", &field);
            fields.refuse()
        })
    }

    fn establishments(&self, settings: &Settings, fields: &mut Fields) -> Vec<EstablishmentId> {
        let mut known = Vec::new();
        for (index, code) in self.establishments.iter().enumerate() {
            match EstablishmentId::parse(code) {
                Ok(id) if known.contains(&id) => {}
                Ok(id) if settings.establishments.contains_key(&id) => known.push(id),
                _ => fields.note(
                    &format!("/establishments/{index}"),
                    ProgrammeError::EstablishmentUnknown.into(),
                    "is not the code of an establishment of this merchant",
                ),
            }
        }
        known
    }
}
