//! An offer, as the operator reads it.

use crate::coupon::benefit::Benefit;
use crate::coupon::usage::Usage;
use crate::schema::{CredentialText, Date, EstablishmentCode, Identifier};
use domain::{Credential, Day, EstablishmentId, OfferId};
use serde::Serialize;
use store::StoredOffer;
use utoipa::ToSchema;

/// An offer of a merchant.
#[derive(Serialize, ToSchema)]
#[schema(as = Offer)]
pub(crate) struct OfferAnswer {
    #[schema(value_type = Identifier)]
    offer_id: OfferId,
    /// The merchant's name for the offer.
    name: String,
    benefit: Benefit,
    /// The least total of the basket before all discounts.
    minimum_spend_cents: i64,
    /// The first day of the offer, in the time zone of the establishment.
    #[schema(value_type = Date)]
    first_day: Day,
    /// The last day of the offer. Absent for an offer without end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Date>)]
    last_day: Option<Day>,
    /// The codes of the establishments where the offer holds; empty for all.
    #[schema(value_type = Vec<EstablishmentCode>)]
    establishments: Vec<EstablishmentId>,
    usage: Usage,
    /// Whether the coupons of the offer give nothing for the time being.
    disabled: bool,
    /// The credential that changed the offer last.
    #[schema(value_type = CredentialText)]
    changed_by: Credential,
}

/// A page of offers.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferPage {
    pub(super) offers: Vec<OfferAnswer>,
    /// The cursor of the next page. Absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

impl OfferAnswer {
    pub(super) fn of(StoredOffer { offer, changed_by }: &StoredOffer) -> Self {
        let terms = offer.terms();
        Self {
            offer_id: offer.id,
            name: terms.name.clone(),
            benefit: Benefit::of(&terms.benefit),
            minimum_spend_cents: terms.minimum_spend.get(),
            first_day: terms.first_day,
            last_day: terms.last_day,
            establishments: terms.establishments.clone(),
            usage: Usage::of(terms.usage),
            disabled: offer.disabled,
            changed_by: *changed_by,
        }
    }
}
