//! A member's postal address.

use crate::codes;
use crate::schema::{CountryCode, OptionalText12, OptionalText60};
use domain::member::{self, NAME_LENGTH, POSTCODE_LENGTH};
use domain::values::text;
use http_edge::Fields;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address. A blank part counts as absent.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    /// The number and the street.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OptionalText60>)]
    street: Option<String>,
    /// The building, the floor or the door.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OptionalText60>)]
    complement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OptionalText12>)]
    postcode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<OptionalText60>)]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<CountryCode>)]
    country: Option<String>,
}

impl Address {
    pub(super) fn of(address: &member::Address) -> Option<Self> {
        (*address != member::Address::default()).then(|| Self {
            street: address.street.clone(),
            complement: address.complement.clone(),
            postcode: address.postcode.clone(),
            city: address.city.clone(),
            country: address.country.clone(),
        })
    }

    pub(super) fn read(&self, fields: &mut Fields) -> Option<member::Address> {
        let mut part = |name: &str, given: &Option<String>, limit| {
            let read = text::optional(given.as_deref().unwrap_or_default(), limit);
            fields.check(&format!("/address/{name}"), read)
        };
        let street = part("street", &self.street, NAME_LENGTH);
        let complement = part("complement", &self.complement, NAME_LENGTH);
        let postcode = part("postcode", &self.postcode, POSTCODE_LENGTH);
        let city = part("city", &self.city, NAME_LENGTH);
        let country = part("country", &self.country, NAME_LENGTH)
            .map(|country| country.map(|code| code.to_ascii_uppercase()));
        if let Some(Some(code)) = &country
            && !(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            let detail = "is not a country code: write it as FR (ISO 3166-1 alpha-2)";
            fields.note("/address/country", codes::COUNTRY, detail);
            return None;
        }
        Some(member::Address {
            street: street?,
            complement: complement?,
            postcode: postcode?,
            city: city?,
            country: country?,
        })
    }
}
